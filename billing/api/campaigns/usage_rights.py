"""Who may use what until when."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.campaigns.fields import READ
from billing.campaign_enums import UsageChannel
from billing.models import UsageRight
from billing.queries.campaigns.usage_rights import list_usage_rights
from creators.api.parameters import get_user, refuse
from veri.platform.http.permissions import HasScope

_PARAMETERS = [
    OpenApiParameter("on", OpenApiTypes.DATE, description="Rights that hold on this day, like 2026-12-01."),
    OpenApiParameter("channel", str, enum=UsageChannel.values),
]


class GrantedRightSerializer(serializers.ModelSerializer[UsageRight]):
    deliverable = serializers.CharField(source="deliverable_id")
    title = serializers.CharField(source="deliverable.title")
    published_url = serializers.CharField(source="deliverable.published_url")
    brand = serializers.CharField(source="brand.slug")
    creator = serializers.CharField(source="creator.handle", allow_null=True, default=None)
    channels = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = UsageRight
        fields = [
            *("deliverable", "title", "published_url", "brand", "creator", "channels", "territory"),
            *("starts_on", "ends_on"),
        ]
        read_only_fields = fields


class UsageRightListView(generics.ListAPIView[UsageRight]):
    permission_classes = [HasScope]
    required_scope = READ
    serializer_class = GrantedRightSerializer
    queryset = UsageRight.objects.none()

    def get_queryset(self) -> QuerySet[UsageRight]:
        channel = self.request.GET.get("channel", "")
        if channel and channel not in UsageChannel.values:
            raise refuse({"channel": f"Must be one of {', '.join(UsageChannel.values)}."})
        on = _read_day(self.request.GET.get("on", ""))
        return list_usage_rights(acting_user=get_user(self.request), on=on, channel=channel).order_by("-id")

    @extend_schema(operation_id="usage_rights_list", parameters=_PARAMETERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List who may use which deliverable, where and until when: of your brands and your creators."""
        return super().get(request, *args, **kwargs)


def _read_day(raw: str) -> date | None:
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise refuse({"on": "Must be a day like 2026-12-01."}) from error
