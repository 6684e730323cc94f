"""The wire form of interactions; batches are checked by the service, these shapes document them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from creators.enums import INGESTED_PLATFORMS, Outcome, Platform
from creators.models import Interaction
from veri.platform.http.problem_serializer import ProblemErrorSerializer


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object."""


@extend_schema_field({"type": "array", "items": {}})
class ListOfAnythingField(serializers.JSONField):
    """A JSON list."""


class InteractionSummarySerializer(serializers.ModelSerializer[Interaction]):
    id = serializers.CharField(read_only=True)
    creator = serializers.CharField(source="creator.handle", read_only=True)
    platform = serializers.ChoiceField(choices=Platform.choices, read_only=True)
    attachments = ListOfAnythingField(read_only=True)

    class Meta:
        model = Interaction
        fields = [
            "id",
            "creator",
            "platform",
            "external_id",
            "type",
            "channel",
            "author",
            "text",
            "attachments",
            "occurred_at",
            "received_at",
        ]
        read_only_fields = fields


class InteractionSerializer(InteractionSummarySerializer):
    payload = ObjectField(read_only=True)

    class Meta(InteractionSummarySerializer.Meta):
        fields = [*InteractionSummarySerializer.Meta.fields, "payload"]
        read_only_fields = fields


class NewInteractionSerializer(serializers.Serializer[Any]):
    """One item: its own fields, or a platform's payload to read them from; its own fields win."""

    creator = serializers.CharField(help_text="The creator's handle, with or without @.")
    platform = serializers.ChoiceField(choices=[one for one in Platform.choices if one[0] in INGESTED_PLATFORMS])
    external_id = serializers.CharField(max_length=200, required=False, allow_null=True)
    type = serializers.CharField(max_length=80, required=False, allow_null=True)
    channel = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    author = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    text = serializers.CharField(required=False, allow_blank=True, allow_null=True, help_text="At most 100 KiB.")
    attachments = ListOfAnythingField(required=False, allow_null=True)
    payload = ObjectField(required=False, allow_null=True, help_text="The platform's JSON, at most 256 KiB.")
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)


class InteractionBatchSerializer(serializers.Serializer[Any]):
    interactions = serializers.ListField(child=NewInteractionSerializer(), min_length=1, max_length=1000)


class ItemResultSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="The item's place in the batch, from 0.")
    status = serializers.ChoiceField(choices=Outcome.choices)
    id = serializers.CharField(required=False, help_text="The stored interaction; the first of several.")
    ids = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Every stored interaction of a page of records."
    )
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # the wire's word


class BatchResultSerializer(serializers.Serializer[Any]):
    results = ItemResultSerializer(many=True)
    created = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()
