"""Passwords and addresses of accounts."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.accounts.fields import SENT, PasswordField, SecretField, SentSerializer, refuse_account
from creators.api.accounts.sign_up import AddressSerializer, AnonymousView
from creators.api.accounts.standing import StandingSerializer
from creators.api.parameters import get_user
from creators.errors import ProofNotUsable, WeakPassword, WrongPassword
from creators.queries.accounts import get_standing
from creators.services.accounts.addresses import confirm_address, request_address_change
from creators.services.accounts.passwords import change_password, request_reset, reset_password
from veri.platform.http.permissions import IsPerson


class ResetSerializer(serializers.Serializer[Any]):
    code = SecretField(help_text="From the mail.")
    password = PasswordField(help_text="The new one.")


class PasswordChangeSerializer(serializers.Serializer[Any]):
    current = PasswordField()
    password = PasswordField(help_text="The new one.")


class AddressChangeSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = PasswordField(help_text="The account's.")


class AddressProofSerializer(serializers.Serializer[Any]):
    code = SecretField(help_text="From the mail.")


class ResetRequestView(AnonymousView):
    @extend_schema(
        operation_id="auth_password_reset", request=AddressSerializer, responses={202: SentSerializer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Send a code for a new password; the answer does not tell whether the address is known."""
        body = AddressSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        request_reset(email=body.validated_data["email"], now=timezone.now())
        return Response(SENT, status=202)


class ResetView(AnonymousView):
    @extend_schema(
        operation_id="auth_password_reset_confirm", request=ResetSerializer, responses={204: OpenApiResponse()}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Set a new password with the code from the mail; all tokens and sessions end."""
        body = ResetSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            reset_password(secret=given["code"], password=given["password"], now=timezone.now())
        except ProofNotUsable as error:
            raise refuse_account(error, field="code") from error
        except WeakPassword as error:
            raise refuse_account(error, field="password") from error
        return Response(status=204)


class PersonView(APIView):
    """A view for a signed-in person; keys of machines may not do what it does."""

    permission_classes = [IsPerson]
    throttle_scope = "auth"


class PasswordView(PersonView):
    @extend_schema(
        operation_id="auth_password_change", request=PasswordChangeSerializer, responses={204: OpenApiResponse()}
    )
    def post(self, request: Request) -> Response:
        """Change your password; all tokens and sessions end, this one too."""
        body = PasswordChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            change_password(
                user=get_user(request), current=given["current"], password=given["password"], now=timezone.now()
            )
        except WrongPassword as error:
            raise refuse_account(error, field="current") from error
        except WeakPassword as error:
            raise refuse_account(error, field="password") from error
        return Response(status=204)


class AddressView(PersonView):
    @extend_schema(operation_id="auth_email_change", request=AddressChangeSerializer, responses={202: SentSerializer})
    def post(self, request: Request) -> Response:
        """Ask for another e-mail address; a code goes there, and the present one stays until it is sent back."""
        body = AddressChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            request_address_change(
                user=get_user(request), email=given["email"], password=given["password"], now=timezone.now()
            )
        except WrongPassword as error:
            raise refuse_account(error, field="password") from error
        return Response(SENT, status=202)


class AddressProofView(PersonView):
    @extend_schema(
        operation_id="auth_email_confirm", request=AddressProofSerializer, responses={200: StandingSerializer}
    )
    def post(self, request: Request) -> Response:
        """Put the new address in force with the code that was sent there; the old one is told."""
        body = AddressProofSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            user = confirm_address(user=get_user(request), secret=body.validated_data["code"], now=timezone.now())
        except ProofNotUsable as error:
            raise refuse_account(error, field="code") from error
        return Response(StandingSerializer(get_standing(user=user)).data)
