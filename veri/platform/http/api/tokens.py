"""Sign in for a token, sign out of it."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.models import AuthToken
from knox.settings import knox_settings
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from veri.platform.http.authentication import TokenAuthentication
from veri.platform.http.problems import PERMISSION_DENIED, ProblemError
from veri.platform.http.requests import unwrap_request
from veri.platform.http.sign_ins import SignInRefused, check_sign_in


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)
    code = serializers.CharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        write_only=True,
        help_text="Of the second factor, or a recovery code; where the account has or needs one.",
    )


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send as `Authorization: Token <token>`.")
    expires_at = serializers.DateTimeField(allow_null=True)


def _is_sign_in(request: Any) -> bool:
    """Tell signing in from the rest; the schema is built without a request."""
    return getattr(request, "method", "") == "POST"


def sign_in(request: Request, given: dict[str, Any]) -> Any:
    """Return the user of a name or proven address and a password, the second factor looked at.

    Raises:
        AuthenticationFailed: anything of it is wrong.
    """
    code = given.pop("code", "")
    user = authenticate(request=unwrap_request(request), **given)
    if user is None:
        raise AuthenticationFailed("The name or the password is wrong.")
    try:
        check_sign_in(user=user, code=code, now=timezone.now())
    except SignInRefused as refusal:
        raise AuthenticationFailed(str(refusal)) from refusal
    return user


class TokenView(APIView):
    throttle_scope = "auth"

    def get_authenticators(self) -> list[BaseAuthentication]:
        signing_in = _is_sign_in(self.request)
        return [] if signing_in else [TokenAuthentication()]

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if _is_sign_in(self.request) else IsAuthenticated()]

    @extend_schema(
        operation_id="token_create", request=CredentialsSerializer, responses={201: TokenSerializer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Exchange a name (or proven e-mail address) and password for a token."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = sign_in(request, credentials.validated_data)
        limit = knox_settings.TOKEN_LIMIT_PER_USER
        live = AuthToken.objects.filter(user_id=user.pk, expiry__gt=timezone.now())
        if limit is not None and live.count() >= limit:
            raise ProblemError(kind=PERMISSION_DENIED, detail=f"All {limit} tokens of this user are in use.")
        token, text = AuthToken.objects.create(user=user)
        user_logged_in.send(sender=type(user), request=unwrap_request(request), user=user)
        return Response(TokenSerializer({"token": text, "expires_at": token.expiry}).data, status=201)

    @extend_schema(operation_id="token_destroy", request=None, responses={204: OpenApiResponse()})
    def delete(self, request: Request) -> Response:
        """Make the token this request is sent with worthless."""
        request.auth.delete()
        user_logged_out.send(sender=type(request.user), request=unwrap_request(request), user=request.user)
        return Response(status=204)
