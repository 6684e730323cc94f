"""A dataset over time, for charts and lists."""

from datetime import datetime

from django.db.models import QuerySet

from migration.enums import ParityMode, ParityTier
from migration.models import CaptureHeartbeat, Dataset, ParityRun


def list_depths(*, dataset: Dataset, since: datetime) -> list[tuple[datetime, int]]:
    """Return how many rows waited in the outbox when heartbeats were sent, oldest first."""
    beats = CaptureHeartbeat.objects.filter(dataset=dataset, sent_at__gte=since)
    return list(beats.order_by("sent_at").values_list("sent_at", "depth"))


def list_parity_shares(*, dataset: Dataset, since: datetime) -> list[tuple[datetime, float]]:
    """Return the percentage of alike keys of every full deep pass that compared something, oldest first."""
    runs = list_passes(dataset=dataset).filter(tier=ParityTier.DEEP, mode=ParityMode.FULL, compared__gt=0)
    found = runs.filter(finished_at__gte=since).order_by("finished_at")
    return [(run.finished_at, run.percent) for run in found if run.finished_at]


def list_passes(*, dataset: Dataset) -> QuerySet[ParityRun]:
    """Return every pass of a dataset, newest first."""
    return ParityRun.objects.filter(dataset=dataset).order_by("-pk")
