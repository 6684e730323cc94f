"""Front ends report what people do, many things at a time."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.parameters import get_user
from creators.services.analytics import ReportedEvent, record_analytics
from veri.platform.http.permissions import HasScope

MOST = 500
MOST_PROPERTIES = 20
LONGEST_VALUE = 500
CLOCKS_DIFFER = timedelta(minutes=5)
_NAME = re.compile(r"\A[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")


class AnalyticsEventSerializer(serializers.Serializer[Any]):
    id = serializers.RegexField(r"\A[A-Za-z0-9_-]{1,64}\Z", help_text="The front end's own; sent twice, counted once.")
    name = serializers.RegexField(_NAME, max_length=64, help_text="Like `task.opened`.")
    occurred_at = serializers.DateTimeField()
    properties = serializers.DictField(
        required=False, help_text=f"At most {MOST_PROPERTIES}: texts, numbers, true or false."
    )

    def validate_occurred_at(self, value: Any) -> Any:
        if value > timezone.now() + CLOCKS_DIFFER:
            raise serializers.ValidationError("This lies in the future.")
        return value

    def validate_properties(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > MOST_PROPERTIES or any(not _is_plain(one) for one in value.values()):
            raise serializers.ValidationError(
                f"At most {MOST_PROPERTIES} texts of up to {LONGEST_VALUE} characters, numbers, true or false."
            )
        if any(len(name) > LONGEST_VALUE for name in value):
            raise serializers.ValidationError("A name is too long.")
        return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and "\0" not in value
    return value is None or isinstance(value, bool | int | float)


class AnalyticsBatchSerializer(serializers.Serializer[Any]):
    events = serializers.ListField(child=AnalyticsEventSerializer(), allow_empty=False, max_length=MOST)


class AnalyticsResultSerializer(serializers.Serializer[Any]):
    recorded = serializers.IntegerField()
    known = serializers.IntegerField(help_text="Sent before, and counted then.")


class AnalyticsView(APIView):
    permission_classes = [HasScope]
    required_scope = "analytics:write"

    @extend_schema(
        operation_id="analytics_events_create",
        request=AnalyticsBatchSerializer,
        responses={200: AnalyticsResultSerializer},
        examples=[
            OpenApiExample(
                "One event",
                request_only=True,
                value={
                    "events": [
                        {"id": "a1", "name": "task.opened", "occurred_at": "2026-05-14T09:30:00Z", "properties": {}}
                    ]
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Report up to 500 events of your own; all are stored, or none when one is not valid."""
        batch = AnalyticsBatchSerializer(data=request.data)
        batch.is_valid(raise_exception=True)
        events = [
            ReportedEvent(
                client_id=one["id"],
                name=one["name"],
                occurred_at=one["occurred_at"],
                properties=one.get("properties", {}),
            )
            for one in batch.validated_data["events"]
        ]
        recorded = record_analytics(user=get_user(request), events=events, now=timezone.now())
        return Response({"recorded": recorded, "known": len(events) - recorded})
