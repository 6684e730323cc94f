"""Invites a user gives."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.accounts.fields import refuse_account
from creators.api.parameters import get_user
from creators.enums import CreatorRole
from creators.errors import TooManyInvites
from creators.models import Invite
from creators.queries.accounts import list_invites
from creators.services.accounts.invites import MadeInvite, give_invite
from veri.platform.http.permissions import IsPerson


class InviteSerializer(serializers.ModelSerializer[Invite]):
    id = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=CreatorRole.choices)

    class Meta:
        model = Invite
        fields = ["id", "role", "quota", "used", "made_at", "expires_at", "revoked_at"]
        read_only_fields = fields


class MadeInviteSerializer(InviteSerializer):
    code = serializers.CharField(read_only=True, help_text="In this answer only.")

    class Meta(InviteSerializer.Meta):
        fields = [*InviteSerializer.Meta.fields, "code"]
        read_only_fields = fields


def _describe(made: MadeInvite) -> dict[str, Any]:
    return {**InviteSerializer(made.invite).data, "code": made.code}


class InviteListView(generics.ListAPIView[Invite]):
    permission_classes = [IsPerson]
    serializer_class = InviteSerializer
    queryset = Invite.objects.none()

    def get_queryset(self) -> QuerySet[Invite]:
        return list_invites(user=get_user(self.request))

    @extend_schema(operation_id="invites_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the invites you gave."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="invites_create", request=None, responses={201: MadeInviteSerializer})
    def post(self, request: Request) -> Response:
        """Invite one creator; 409 when you gave all you may."""
        try:
            made = give_invite(user=get_user(request), now=timezone.now())
        except TooManyInvites as error:
            raise refuse_account(error, field="") from error
        return Response(_describe(made), status=201)
