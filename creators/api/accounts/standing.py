"""Who the caller is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.parameters import get_user
from creators.enums import AccountRole, BrandRole
from creators.queries.accounts import Standing, get_standing
from veri.platform.http.permissions import HasScope


class ActingBrandSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=BrandRole.choices)


class StandingSerializer(serializers.Serializer[Standing]):
    username = serializers.CharField(source="user.username")
    email = serializers.CharField(source="user.email")
    email_proven_at = serializers.DateTimeField(source="user.email_proven_at", allow_null=True)
    has_second_factor = serializers.BooleanField(source="user.has_second_factor")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=AccountRole.choices))
    creators = serializers.ListField(child=serializers.CharField(), help_text="Handles.")
    brands = ActingBrandSerializer(many=True)


class MeView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:read"

    @extend_schema(operation_id="me", responses=StandingSerializer)
    def get(self, request: Request) -> Response:
        """Tell who you are, your roles, your creators and the brands you act for."""
        return Response(StandingSerializer(get_standing(user=get_user(request))).data)
