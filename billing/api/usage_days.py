"""What the caller's creators used day by day, and what is left of a creator's quota."""

from datetime import UTC, date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.enums import GrantSource
from billing.queries.quotas import get_quota_state
from billing.queries.usage_sums import sum_usage
from creators.api.creators import find_creator
from creators.api.parameters import get_user, refuse
from creators.models import Creator
from veri.platform.http.permissions import HasScope

LONGEST = timedelta(days=366)
USUAL = timedelta(days=30)
EARLIEST, LATEST = date(2000, 1, 1), date(8999, 1, 1)


class UsageDaySerializer(serializers.Serializer[object]):
    day = serializers.DateField(help_text="A day in UTC.")
    service = serializers.CharField()
    feature = serializers.CharField(source="source")
    requests = serializers.IntegerField(source="events")
    prompt_tokens = serializers.IntegerField()
    cache_read_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    units = serializers.IntegerField(help_text="What is no token: millionths of a dollar of X.")
    cost_micro_usd = serializers.IntegerField(help_text="Millionths of a US dollar.")


class UsageDaysSerializer(serializers.Serializer[object]):
    since = serializers.DateField()
    until = serializers.DateField(help_text="Not included.")
    cost_micro_usd = serializers.IntegerField(help_text="Millionths of a US dollar.")
    days = UsageDaySerializer(many=True)


class QuotaSourceSerializer(serializers.Serializer[object]):
    given_by = serializers.ChoiceField(
        source="source",
        choices=[("everybody", "What every creator has"), *GrantSource.choices],
        help_text="In the order of their use.",
    )
    left = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class QuotaSerializer(serializers.Serializer[object]):
    feature = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    limit = serializers.IntegerField()
    used = serializers.IntegerField()
    under_way = serializers.IntegerField(help_text="Held by calls that are not answered yet.")
    left = QuotaSourceSerializer(many=True)


class UsageDaysView(APIView):
    permission_classes = [HasScope]
    required_scope = "usage:read"

    @extend_schema(
        operation_id="usage_days_list",
        parameters=[
            OpenApiParameter("creator", str, description="One creator's handle; without it, all of yours."),
            OpenApiParameter("since", OpenApiTypes.DATE, description="By default 30 days before `until`."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Not included; by default tomorrow, UTC."),
        ],
        responses=UsageDaysSerializer,
    )
    def get(self, request: Request, *_args: Any) -> Response:
        """Return what your creators used by UTC day, service and feature, at most a year at once."""
        handle = request.GET.get("creator", "")
        if handle:
            ids = [find_creator(request=request, handle=handle).pk]
        else:
            ids = list(Creator.objects.filter(owner=get_user(request)).values_list("pk", flat=True))
        since, until = _read_days(request)
        days = sum_usage(since=since, until=until, by=("day", "service", "source"), creator_ids=ids)
        cost = sum(one.cost_micro_usd for one in days)
        body = {"since": since, "until": until, "cost_micro_usd": cost, "days": days}
        return Response(UsageDaysSerializer(body).data)


class QuotaView(APIView):
    permission_classes = [HasScope]
    required_scope = "usage:read"

    @extend_schema(
        operation_id="usage_quota_retrieve",
        parameters=[OpenApiParameter("creator", str, required=True, description="The creator's handle.")],
        responses=QuotaSerializer,
    )
    def get(self, request: Request, *_args: Any) -> Response:
        """Return how many questions one of your creators has left this month, and from what."""
        handle = request.GET.get("creator", "")
        if not handle:
            raise refuse({"creator": "A creator's handle is required."})
        creator = find_creator(request=request, handle=handle)
        state = get_quota_state(creator_id=creator.pk, feature="assistant", at=timezone.now())
        return Response(QuotaSerializer(state).data)


def _read_days(request: Request) -> tuple[date, date]:
    """Return the days asked for.

    Raises:
        ProblemError: 400, naming what is no day, the wrong way round, or too long.
    """
    tomorrow = timezone.now().astimezone(UTC).date() + timedelta(days=1)
    until = _read_day(request, "until", tomorrow)
    since = _read_day(request, "since", max(until - USUAL, EARLIEST))
    if not since < until:
        raise refuse({"since": "It must be before `until`."})
    if until - since > LONGEST:
        raise refuse({"since": "At most 366 days can be asked for at once."})
    return since, until


def _read_day(request: Request, name: str, default: date) -> date:
    value = request.GET.get(name, "")
    if not value:
        return default
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= LATEST:
        raise refuse({name: "It must be a day like 2026-11-30."})
    return day
