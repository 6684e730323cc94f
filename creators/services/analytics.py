"""Take in and remove what front ends report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from creators.models import AnalyticsEvent, User

ANALYTICS_DAYS = 90
REMOVED_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class ReportedEvent:
    client_id: str
    name: str
    occurred_at: datetime
    properties: dict[str, Any]


@transaction.atomic(durable=True)
def record_analytics(*, user: User, events: Sequence[ReportedEvent], now: datetime) -> int:
    """Store events that are not known yet, in one statement; return how many were new."""
    wanted = {one.client_id: one for one in events}
    known = AnalyticsEvent.objects.filter(user=user, client_id__in=wanted).values_list("client_id", flat=True)
    fresh = [wanted[client_id] for client_id in wanted.keys() - set(known)]
    AnalyticsEvent.objects.bulk_create(
        [AnalyticsEvent(user=user, received_at=now, **vars(one)) for one in fresh], ignore_conflicts=True
    )
    return len(fresh)


def remove_old_analytics(*, now: datetime) -> int:
    """Remove events received more than ``ANALYTICS_DAYS`` ago, some at a time; return how many."""
    old = AnalyticsEvent.objects.filter(received_at__lt=now - timedelta(days=ANALYTICS_DAYS))
    return AnalyticsEvent.objects.filter(pk__in=old.order_by("received_at").values("pk")[:REMOVED_AT_ONCE]).delete()[0]
