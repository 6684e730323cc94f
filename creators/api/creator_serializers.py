"""The wire form of creators and their connections."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from creators.enums import ConnectionHealth, ConnectionState, ConsentState, CreatorRole, Platform
from creators.models import Creator, PlatformConnection
from creators.queries.connections import tell_health
from creators.services.creator_rules import MAX_BIO, MAX_TAGS
from creators.stores.profiles import ProfileRecord


class TextField(serializers.CharField):
    """A string; numbers are not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class CreatorSerializer(serializers.ModelSerializer[Creator]):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=CreatorRole.choices))
    consent_state = serializers.ChoiceField(choices=ConsentState.choices)

    class Meta:
        model = Creator
        fields = [
            "handle",
            "display_name",
            "bio",
            "country",
            "language",
            "timezone",
            "tags",
            "roles",
            "consent_state",
            "is_active",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class ProfileSerializer(serializers.Serializer[ProfileRecord]):
    """A profile from either store, as ``CreatorSerializer`` writes a creator."""

    def to_representation(self, instance: ProfileRecord) -> dict[str, Any]:
        fields = CreatorSerializer().fields
        return {name: field.to_representation(getattr(instance, name)) for name, field in fields.items()}


class CreatorChangeSerializer(serializers.Serializer[Any]):
    """The fields an owner may change; rules beyond types and lengths are the service's."""

    display_name = TextField(max_length=120, allow_blank=True, required=False)
    bio = TextField(max_length=MAX_BIO, allow_blank=True, required=False)
    country = TextField(max_length=2, allow_blank=True, required=False, help_text="ISO 3166, like PT.")
    language = TextField(max_length=8, required=False, help_text="Like en or pt-BR.")
    timezone = TextField(max_length=64, required=False, help_text="IANA name, like Europe/Lisbon.")
    tags = serializers.ListField(child=TextField(max_length=40), max_length=MAX_TAGS, required=False)
    consent_state = serializers.ChoiceField(choices=ConsentState.choices, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown fields instead of ignoring them: a misspelt change must not look done."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name: ["This field cannot be set."] for name in unknown})
        return super().to_internal_value(data)


class NewCreatorSerializer(CreatorChangeSerializer):
    handle = TextField(max_length=30, help_text="3 to 30 of a-z, 0-9, underscore and dot; unique.")


class ConnectionSerializer(serializers.ModelSerializer[PlatformConnection]):
    id = serializers.CharField(read_only=True)
    platform = serializers.ChoiceField(choices=Platform.choices)
    state = serializers.ChoiceField(choices=ConnectionState.choices)
    health = serializers.SerializerMethodField(help_text="What the connection is like, and what would help.")
    last_synchronised_at = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=ConnectionHealth.choices))
    def get_health(self, connection: PlatformConnection) -> str:
        return tell_health(connection).value

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_last_synchronised_at(self, connection: PlatformConnection) -> Any:
        plan = getattr(connection, "sync_plan", None)
        found = plan.last_success_at if plan else None
        return serializers.DateTimeField().to_representation(found) if found else None

    class Meta:
        model = PlatformConnection
        fields = [
            "id",
            "platform",
            "account_id",
            "account_name",
            "state",
            "state_reason",
            "health",
            "scopes",
            "missing_scopes",
            "connected_at",
            "last_synchronised_at",
            "created_at",
        ]
        read_only_fields = fields
