"""Who calls, and may they: the same rules as DRF's classes, for requests that are not to touch the ORM."""

import hmac
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows
from veri.platform.http.authentication import ApiKeyAuthentication
from veri.platform.http.clients import get_client_network
from veri.platform.http.direct.exchange import Declined
from veri.platform.http.models import ApiKey
from veri.platform.http.rate_limits import build_limit, consume
from veri.platform.http.requests import unwrap_request
from veri.platform.http.throttles import build_limits

_FIND_OWNER = """
SELECT token.digest, token.expiry, {owner} FROM knox_authtoken token JOIN {users} owner ON owner.id = token.user_id
WHERE token.token_key = %s"""
_API_KEYS = ApiKeyAuthentication()


def authenticate(request: Request, *, scope: str) -> None:
    """Set the request's user and auth, and check an API key's scope; what is refused is left to Django to refuse.

    Raises:
        Declined: no or a bad credential, a missing scope.
    """
    keyword, _, credential = unwrap_request(request).META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if keyword.lower() == "api-key":
        _admit_key(request, credential, scope)
    elif keyword.lower() == "token":
        _sign_in(request, _find_token_owner(credential), None)
    else:
        raise Declined


def count(request: Request, *, scope: str) -> None:
    """Count an authenticated request against its limits; a refused one is not counted here.

    Raises:
        Declined: a limit is reached.
    """
    spike = build_limit(scope="spike", client=get_client_network(unwrap_request(request)))
    decisions = consume(limits=[spike, *build_limits(request, scope)])
    if not all(one.allowed for one in decisions):
        raise Declined
    unwrap_request(request).rate_limit_decisions = decisions[1:]  # type: ignore[attr-defined]  # sent as headers


def _admit_key(request: Request, credential: str, scope: str) -> None:
    try:
        owner, key = _API_KEYS.find(credential)
    except AuthenticationFailed as refusal:
        raise Declined from refusal
    if scope not in key.scopes:
        raise Declined
    _sign_in(request, owner, key)


def _sign_in(request: Request, user: Any, auth: ApiKey | None) -> None:
    request.user, request.auth = user, auth


def _find_token_owner(credential: str) -> Any:
    """Return the active owner of a knox token that has not expired."""
    from knox.crypto import hash_token  # reads the settings while it loads
    from knox.settings import CONSTANTS

    users: Any = get_user_model()
    columns = list_columns(model=users, table="owner")
    sql = _FIND_OWNER.format(owner=columns, users=users._meta.db_table)  # noqa: SLF001  documented API
    now, digest = timezone.now(), hash_token(credential)
    for stored, expiry, *owner in fetch_rows(sql, [credential[: CONSTANTS.TOKEN_KEY_LENGTH]]):
        if hmac.compare_digest(stored, digest) and (expiry is None or expiry > now):
            user = build_instance(model=users, row=owner)
            if user.is_active:
                return user
    raise Declined
