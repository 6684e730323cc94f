"""Which connections are read next, and which known items of one."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from creators.enums import Availability, ConnectionState, Platform
from creators.models import ContentItem, PlatformConnection, SyncPlan
from creators.services.sync.planning import LOOKED_UP

YOUNG = timedelta(days=30)


def list_due_connections(*, now: datetime, limit: int) -> list[int]:
    """Return connections whose time has come and that nobody reads, the longest due first."""
    free = Q(held_until=None) | Q(held_until__lte=now)
    rested = Q(backoff_until=None) | Q(backoff_until__lte=now)
    due = SyncPlan.objects.filter(free, rested, next_due_at__lte=now, connection__state=ConnectionState.ACTIVE)
    return list(due.order_by("next_due_at").values_list("connection_id", flat=True)[:limit])


def choose_known(*, connection: PlatformConnection, before: datetime, now: datetime) -> list[str]:
    """Return ids of items to read again: half the newest, half those not read for longest, none read since ``before``.

    X's posts are read while they are young: each costs.
    """
    items = ContentItem.objects.filter(creator_id=connection.creator_id, platform=connection.platform)
    items = items.exclude(availability=Availability.DELETED).filter(Q(metrics_at=None) | Q(metrics_at__lt=before))
    if connection.platform == Platform.X:
        items = items.filter(published_at__gt=now - YOUNG)
    limit = LOOKED_UP[connection.platform]
    names = items.values_list("external_id", flat=True)
    newest = list(names.order_by(F("published_at").desc(nulls_last=True), "-pk")[:limit])
    stale = list(names.order_by(F("metrics_at").asc(nulls_first=True), "pk")[:limit])
    chosen = dict.fromkeys([*newest[: limit // 2], *stale])
    return list(dict.fromkeys([*chosen, *newest]))[:limit]
