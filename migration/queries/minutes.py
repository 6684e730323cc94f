"""Sums and percentiles of what was counted by minute."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Sum

from migration.enums import Measure
from migration.models import MinuteCount


def count_measure(*, dataset: str, measure: Measure, since: datetime) -> int:
    """Return how often something happened since a minute."""
    rows = MinuteCount.objects.filter(dataset=dataset, measure=measure, minute__gte=since)
    return int(rows.aggregate(total=Sum("count"))["total"] or 0)


def get_percentile_ms(*, dataset: str, measures: Collection[Measure], since: datetime, share: float) -> int | None:
    """Return the upper bound of the bucket in which the share of durations ends; None without any."""
    rows = MinuteCount.objects.filter(dataset=dataset, measure__in=measures, minute__gte=since, bucket_ms__gt=0)
    return _find_percentile(list(rows.values_list("bucket_ms").annotate(Sum("count")).order_by("bucket_ms")), share)


def list_percentiles_ms(
    *, dataset: str, measures: Collection[Measure], since: datetime, share: float
) -> dict[datetime, int]:
    """Return the same for every minute that has durations."""
    rows = MinuteCount.objects.filter(dataset=dataset, measure__in=measures, minute__gte=since, bucket_ms__gt=0)
    by_minute: dict[datetime, list[tuple[int, int]]] = {}
    for minute, bucket, count in (
        rows.values_list("minute", "bucket_ms").annotate(Sum("count")).order_by("minute", "bucket_ms")
    ):
        by_minute.setdefault(minute, []).append((bucket, count))
    return {minute: found for minute, buckets in by_minute.items() if (found := _find_percentile(buckets, share))}


def _find_percentile(buckets: list[tuple[int, int]], share: float) -> int | None:
    total = sum(count for _, count in buckets)
    seen = 0
    for bound, count in buckets:
        seen += count
        if seen >= share * total:
            return bound
    return None
