"""What must go: YouTube's data after 30 days without a refresh, by its API's terms; and old runs."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from creators.enums import Platform
from creators.models import AccountSnapshot, ContentItem, ContentSnapshot, SyncRun

YOUTUBE_KEEP = timedelta(days=30)
RUNS_KEEP = timedelta(days=90)
BATCH = 5_000
# YouTube API Services Developer Policies, III.E.4: refresh or delete within 30 days.
_TOLD_BY_API: dict[str, Any] = {"description": "", "tags": [], "topics": [], "metrics": {}, "metrics_at": None}


@transaction.atomic(durable=True)
def purge_old_youtube_data(*, now: datetime) -> int:
    """Delete YouTube's counters of more than 30 days ago, and empty items nobody refreshed since; return how many.

    With ``YOUTUBE_DERIVED_ACCEPTED`` (its amendment) counters are kept, for they may be then.
    """
    before = now - YOUTUBE_KEEP
    stale = ContentItem.objects.filter(platform=Platform.YOUTUBE, metrics_at__lt=before)
    emptied = 0
    for item in stale.order_by("pk")[:BATCH]:
        told = {name: at for name, at in item.told_at.items() if name not in _TOLD_BY_API}
        emptied += ContentItem.objects.filter(pk=item.pk).update(told_at=told, updated_at=now, **_TOLD_BY_API)
    if settings.YOUTUBE_DERIVED_ACCEPTED:
        return emptied
    accounts = AccountSnapshot.objects.filter(platform=Platform.YOUTUBE, taken_at__lt=before)
    items = ContentSnapshot.objects.filter(platform=Platform.YOUTUBE, taken_at__lt=before)
    emptied += AccountSnapshot.objects.filter(pk__in=accounts.values("pk")[:BATCH]).delete()[0]
    return emptied + ContentSnapshot.objects.filter(pk__in=items.values("pk")[:BATCH]).delete()[0]


@transaction.atomic(durable=True)
def remove_old_runs(*, now: datetime) -> int:
    """Delete a batch of runs older than 90 days; return how many."""
    old = SyncRun.objects.filter(started_at__lt=now - RUNS_KEEP).values("pk")[:BATCH]
    deleted, _ = SyncRun.objects.filter(pk__in=old).delete()
    return deleted
