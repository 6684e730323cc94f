"""A signed-in person's API keys."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from veri.platform.http.errors import ApiKeyNotUsable, UnknownScopes
from veri.platform.http.models import ApiKey
from veri.platform.http.permissions import IsPerson
from veri.platform.http.problems import CONFLICT, ProblemError
from veri.platform.http.services import CreatedApiKey, create_api_key, revoke_api_key, rotate_api_key


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ["id", "name", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at"]
        read_only_fields = ["id", "prefix", "created_at", "revoked_at", "last_used_at"]
        extra_kwargs = {"scopes": {"required": True, "allow_empty": False, "max_length": 50}}

    def validate_expires_at(self, value: Any) -> Any:
        if value is not None and value <= timezone.now():
            raise ValidationError("Must lie in the future.")
        return value


class CreatedApiKeySerializer(ApiKeySerializer):
    credential = serializers.CharField(
        read_only=True, help_text="Shown once; send as `Authorization: Api-Key <credential>`."
    )

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "credential"]
        read_only_fields = fields


def _describe(created: CreatedApiKey) -> dict[str, Any]:
    return {**ApiKeySerializer(created.key).data, "credential": created.credential}


class OwnApiKeysView(generics.GenericAPIView[ApiKey]):
    permission_classes = [IsPerson]
    serializer_class = ApiKeySerializer
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.filter(owner_id=self.request.user.pk)


class ApiKeyListView(OwnApiKeysView, generics.ListAPIView[ApiKey]):
    @extend_schema(operation_id="api_keys_create", request=ApiKeySerializer, responses={201: CreatedApiKeySerializer})
    def post(self, request: Request) -> Response:
        """Create a key; its credential is in this answer only."""
        fields = ApiKeySerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        try:
            created = create_api_key(
                owner=request.user, acting_user=request.user, now=timezone.now(), **fields.validated_data
            )
        except UnknownScopes as error:
            raise ValidationError({"scopes": [str(error)]}) from error
        return Response(_describe(created), status=201)


class ApiKeyView(OwnApiKeysView, generics.RetrieveAPIView[ApiKey]):
    @extend_schema(operation_id="api_keys_revoke", request=None, responses={200: ApiKeySerializer})
    def delete(self, request: Request, pk: int) -> Response:
        """Revoke a key at once."""
        revoked = revoke_api_key(key=self.get_object(), acting_user=request.user, now=timezone.now())
        return Response(ApiKeySerializer(revoked).data)


class ApiKeyRotationView(OwnApiKeysView):
    @extend_schema(operation_id="api_keys_rotate", request=None, responses={201: CreatedApiKeySerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Replace a key; the old one works for another 24 hours."""
        try:
            created = rotate_api_key(key=self.get_object(), acting_user=request.user, now=timezone.now())
        except ApiKeyNotUsable as error:
            raise ProblemError(kind=CONFLICT, detail=f"{error}.") from error
        return Response(_describe(created), status=201)
