"""Authentication by knox token, and by API key: ``Authorization: Api-Key <prefix>.<secret>``."""

import hmac
from typing import Any

import knox.auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from veri.platform.http.models import ApiKey
from veri.platform.http.queries import find_api_key
from veri.platform.http.services import record_api_key_use
from veri.platform.http.services.api_keys import hash_secret

KEYWORD = "Api-Key"


class TokenAuthentication(knox.auth.TokenAuthentication):
    """knox's, without its look at all other tokens of the user on each request; an expired one goes when it is used."""

    def _cleanup_token(self, auth_token: Any) -> bool:
        is_expired = auth_token.expiry is not None and auth_token.expiry < timezone.now()
        if is_expired:
            auth_token.delete()
        return is_expired


class ApiKeyAuthentication(BaseAuthentication):
    """Sets ``request.user`` to the key's owner and ``request.auth`` to the key."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, ApiKey] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        if len(parts[1:]) != 1:
            raise AuthenticationFailed("The Api-Key header must hold one credential.")
        return self.find(parts[1].decode("ascii", errors="replace"))

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD

    def find(self, credential: str) -> tuple[AbstractBaseUser, ApiKey]:
        """Return the owner and the key of a credential.

        Raises:
            AuthenticationFailed: in the same words whatever is wrong with it.
        """
        prefix, _, secret = credential.partition(".")
        now = timezone.now()
        key = find_api_key(prefix=prefix) if prefix.isalnum() else None
        # One message for every cause: a caller learns nothing about which keys exist.
        if (
            key is None
            or not hmac.compare_digest(key.secret_hash, hash_secret(secret))
            or not key.is_usable(now=now)
            or not key.owner.is_active
        ):
            raise AuthenticationFailed("This API key is not valid.")
        record_api_key_use(key=key, now=now)
        return key.owner, key
