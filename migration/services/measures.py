"""Remove measures nobody looks at any longer."""

from datetime import datetime, timedelta

from migration.models import MinuteCount, Preflight, ShadowRead

KEPT = timedelta(days=14)


def remove_old_measures(*, now: datetime) -> int:
    """Delete counts, shadow reads and preflights older than 14 days; return how many."""
    before = now - KEPT
    counts, _ = MinuteCount.objects.filter(minute__lt=before).delete()
    reads, _ = ShadowRead.objects.filter(at__lt=before).delete()
    preflights, _ = Preflight.objects.filter(at__lt=before).delete()
    return counts + reads + preflights
