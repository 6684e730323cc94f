"""What the caller's creators used this month."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.queries.usage import get_usage_report
from creators.api.creators import find_creator
from creators.api.parameters import get_user
from creators.models import Creator
from veri.platform.http.permissions import HasScope
from veri.platform.http.queries import count_requests


class ServiceUsageSerializer(serializers.Serializer[object]):
    service = serializers.CharField()
    model = serializers.CharField()
    requests = serializers.IntegerField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost_micro_usd = serializers.IntegerField(help_text="Millionths of a US dollar.")


class UsageSerializer(serializers.Serializer[object]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    services = ServiceUsageSerializer(many=True)
    cost_micro_usd = serializers.IntegerField(help_text="Millionths of a US dollar.")
    requests_used = serializers.IntegerField()
    requests_limit = serializers.IntegerField(allow_null=True)
    api_requests = serializers.SerializerMethodField(help_text="Your requests to this API, up to a minute ago.")

    def get_api_requests(self, _report: object) -> int:
        return int(self.context["api_requests"])


class UsageView(APIView):
    permission_classes = [HasScope]
    required_scope = "usage:read"

    @extend_schema(
        operation_id="usage_retrieve",
        parameters=[OpenApiParameter("creator", str, description="One creator's handle; without it, all of yours.")],
        responses=UsageSerializer,
    )
    def get(self, request: Request, *_args: Any) -> Response:
        """Return this month's usage and cost of your creators."""
        handle = request.GET.get("creator", "")
        if handle:
            ids = [find_creator(request=request, handle=handle).pk]
        else:
            ids = list(Creator.objects.filter(owner=get_user(request)).values_list("pk", flat=True))
        report = get_usage_report(creator_ids=ids, at=timezone.now())
        asked = count_requests(user_id=get_user(request).pk, start=report.start, end=report.end)
        return Response(UsageSerializer(report, context={"api_requests": asked}).data)
