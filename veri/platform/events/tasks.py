"""Celery's side of the event log."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from veri.platform.events.services.deliver import deliver_now
from veri.platform.events.services.maintain import remove_expired_events, sweep_deliveries


@shared_task(name="events.deliver", soft_time_limit=50, time_limit=55)
def deliver_event_task(*, delivery_id: int, **_unknown: Any) -> None:
    """Make one delivery; a second message for it finds it claimed or done."""
    deliver_now(delivery_id=delivery_id, now=timezone.now())


@shared_task(name="events.sweep_deliveries")
def sweep_deliveries_task(**_unknown: Any) -> int:
    """Enqueue again what was lost on the way to a worker."""
    return sweep_deliveries(now=timezone.now())


@shared_task(name="events.remove_expired_events")
def remove_expired_events_task(**_unknown: Any) -> int:
    """Remove old events that everybody has received."""
    return remove_expired_events(now=timezone.now())
