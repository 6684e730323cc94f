"""What the event log contributes to ``/metrics`` and ``/health/deep``."""

from datetime import timedelta

from django.db.models import Count, Min
from django.utils import timezone

from veri.platform.events.models import Delivery, DeliveryState
from veri.platform.observability.registry import register_gauge
from veri.platform.ops.registry import CheckResult, register_deep_check

OLDEST_ALLOWED = timedelta(minutes=5)


def _count_waiting() -> dict[tuple[str, ...], float]:
    waiting = Delivery.objects.exclude(state=DeliveryState.DELIVERED).values_list("subscriber", "state")
    return {(subscriber, state): float(count) for subscriber, state, count in waiting.annotate(Count("pk"))}


def _check_backlog() -> CheckResult:
    now = timezone.now()
    pending = Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=now)
    oldest = pending.aggregate(oldest=Min("due_at"))["oldest"]
    dead = Delivery.objects.filter(state=DeliveryState.DEAD).count()
    seconds = (now - oldest).total_seconds() if oldest else 0.0
    is_fresh = seconds <= OLDEST_ALLOWED.total_seconds()
    return CheckResult(ok=is_fresh and not dead, detail={"oldest_seconds": seconds, "dead": dead})


def register_checks() -> None:
    register_gauge(
        name="veri_event_deliveries_waiting",
        read=_count_waiting,
        labels=["subscriber", "state"],
        documentation="Deliveries of events that are pending or dead letters.",
    )
    register_deep_check(name="event_log", check=_check_backlog)
