"""Sign up and prove the address."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.accounts.fields import SENT, PasswordField, SecretField, SentSerializer, refuse_account
from creators.api.accounts.standing import StandingSerializer
from creators.api.creator_serializers import TextField
from creators.errors import InviteNotUsable, ProofNotUsable, SignUpClosed, WeakPassword, WrongPassword
from creators.queries.accounts import get_standing
from creators.services.accounts.sign_up import prove_sign_up, resend_proof, sign_up


class AnonymousView(APIView):
    """A view for people who are not signed in yet; their credentials would say nothing."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]
    throttle_scope = "auth"


class SignUpSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    invite = TextField(max_length=64, required=False, default="", allow_blank=True, write_only=True)


class AddressSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class SignUpProofSerializer(serializers.Serializer[Any]):
    code = SecretField(help_text="From the mail.")
    password = PasswordField(help_text="The one chosen at sign-up.")


class SignUpView(AnonymousView):
    @extend_schema(
        operation_id="auth_sign_up",
        request=SignUpSerializer,
        responses={202: SentSerializer},
        auth=[],
        examples=[
            OpenApiExample(
                "With an invite",
                request_only=True,
                value={"email": "ana@example.org", "password": "correct horse battery", "invite": "r4Xq0sT1dJkE2mPv"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Ask for an account: a code goes to the address. The answer does not tell whether the address is known."""
        body = SignUpSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            sign_up(email=given["email"], password=given["password"], invite_code=given["invite"], now=timezone.now())
        except (SignUpClosed, InviteNotUsable) as error:
            raise refuse_account(error, field="invite") from error
        except WeakPassword as error:
            raise refuse_account(error, field="password") from error
        return Response(SENT, status=202)


class ResendView(AnonymousView):
    @extend_schema(
        operation_id="auth_sign_up_resend", request=AddressSerializer, responses={202: SentSerializer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Send the code of a sign-up again; the one before is worth nothing then."""
        body = AddressSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        resend_proof(email=body.validated_data["email"], now=timezone.now())
        return Response(SENT, status=202)


class ProveEmailView(AnonymousView):
    @extend_schema(
        operation_id="auth_prove_email", request=SignUpProofSerializer, responses={201: StandingSerializer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Open the account with the code from the mail and the password chosen; sign in afterwards."""
        body = SignUpProofSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            user = prove_sign_up(secret=given["code"], password=given["password"], now=timezone.now())
        except WrongPassword as error:
            raise refuse_account(error, field="password") from error
        except (ProofNotUsable, InviteNotUsable) as error:
            raise refuse_account(error, field="code") from error
        return Response(StandingSerializer(get_standing(user=user)).data, status=201)
