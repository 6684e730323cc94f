"""How far MongoDB lags behind, measured by writes that travelled the whole way."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Max, Min

from migration.models import CaptureHeartbeat, Dataset
from migration.queries.triggers import find_missing_triggers

__all__ = ["find_missing_triggers", "get_latest_heartbeat", "get_relay_lag", "is_heartbeat_due", "list_lags"]

UNMEASURED_AFTER = 5  # heartbeats missed in a row: then nobody measures


def get_latest_heartbeat(*, dataset: Dataset) -> CaptureHeartbeat | None:
    """Return the heartbeat that was sent last."""
    return CaptureHeartbeat.objects.filter(dataset=dataset).order_by("-sent_at").first()


def get_relay_lag(*, dataset: Dataset, now: datetime) -> float | None:
    """Return the seconds a write takes, or is already under way, to MongoDB; None when nobody measured lately.

    The age of the oldest heartbeat that MongoDB lacks counts. Only heartbeats since the capture began are looked at.
    """
    beats = CaptureHeartbeat.objects.filter(dataset=dataset)
    if dataset.captured_at:
        beats = beats.filter(sent_at__gte=dataset.captured_at)
    oldest = beats.filter(seen_at=None).aggregate(at=Min("sent_at"))["at"]
    if oldest is not None:
        return float(max(0.0, (now - oldest).total_seconds()))
    latest = beats.order_by("-sent_at").first()
    forgotten = timedelta(seconds=UNMEASURED_AFTER * settings.MIGRATION.heartbeat_seconds)
    return latest.lag_seconds if latest and now - latest.sent_at <= forgotten else None


def list_lags(*, dataset: Dataset, since: datetime) -> list[tuple[datetime, float]]:
    """Return when heartbeats were sent and the seconds until MongoDB had them, oldest first; none still under way."""
    seen = CaptureHeartbeat.objects.filter(dataset=dataset, sent_at__gte=since).exclude(seen_at=None)
    found = seen.order_by("sent_at").annotate(lag=F("seen_at") - F("sent_at")).values_list("sent_at", "lag")
    return [(sent_at, lag.total_seconds()) for sent_at, lag in found]


def is_heartbeat_due(*, dataset: Dataset, now: datetime) -> bool:
    """Tell whether the last heartbeat was sent long enough ago for the next."""
    latest = CaptureHeartbeat.objects.filter(dataset=dataset).aggregate(at=Max("sent_at"))["at"]
    return latest is None or (now - latest).total_seconds() >= settings.MIGRATION.heartbeat_seconds
