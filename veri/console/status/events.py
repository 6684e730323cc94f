"""How far the event log's subscribers have come."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, QuerySet

from veri.console.formats import format_age, format_count
from veri.platform.events.models import Delivery, DeliveryState

COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class EventLogState:
    """Deliveries not yet made and dead letters; both are counted to 10,000."""

    backlog: str
    oldest: str
    dead: str
    has_dead: bool


def get_event_log_state(*, now: datetime) -> EventLogState:
    """Return the backlog, how long its oldest delivery is overdue, and the dead letters."""
    pending = Delivery.objects.filter(state=DeliveryState.PENDING)
    dead = _count(Delivery.objects.filter(state=DeliveryState.DEAD))
    due = pending.filter(due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
    return EventLogState(
        backlog=_show(_count(pending)),
        oldest=f"oldest due for {format_age((now - due).total_seconds())}" if due else "nothing overdue",
        dead=_show(dead),
        has_dead=dead > 0,
    )


def _count(rows: QuerySet[Delivery]) -> int:
    return rows.order_by()[: COUNTED + 1].count()


def _show(count: int) -> str:
    return format_count(count) if count <= COUNTED else f"over {COUNTED:,}"
