"""Record signs of life."""

from datetime import datetime, timedelta

from veri.platform.ops.models import Heartbeat

BEAT = "beat"
WORKER_PREFIX = "worker:"
FORGOTTEN_AFTER = timedelta(days=1)


def record_heartbeat(*, name: str, now: datetime) -> None:
    """Note that ``name`` is alive at ``now``."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def remove_forgotten_heartbeats(*, now: datetime) -> int:
    """Delete what has been silent for a day, like workers of an earlier deployment; return how many."""
    count, _ = Heartbeat.objects.filter(at__lt=now - FORGOTTEN_AFTER).exclude(name=BEAT).delete()
    return count
