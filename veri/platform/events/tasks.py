"""Celery's side of the event log."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from veri.platform.events.services.deliver import deliver_now, drain_subscriber
from veri.platform.events.services.maintain import remove_expired_events, sweep_deliveries

DRAIN_SECONDS = 30.0


@shared_task(name="events.deliver", soft_time_limit=50, time_limit=55)
def deliver_event_task(*, delivery_id: int, **_unknown: Any) -> None:
    """Make one delivery; a second message for it finds it claimed or done."""
    deliver_now(delivery_id=delivery_id, now=timezone.now())


@shared_task(name="events.drain_subscriber", soft_time_limit=50, time_limit=55)
def drain_subscriber_task(*, subscriber: str, **_unknown: Any) -> int:
    """Make what waits for one busy subscriber; what is left after half a minute is asked for again by the sweep."""
    return drain_subscriber(subscriber=subscriber, clock=timezone.now, seconds=DRAIN_SECONDS)


@shared_task(name="events.sweep_deliveries")
def sweep_deliveries_task(**_unknown: Any) -> int:
    """Enqueue again what was lost on the way to a worker."""
    return sweep_deliveries(now=timezone.now())


@shared_task(name="events.remove_expired_events")
def remove_expired_events_task(**_unknown: Any) -> int:
    """Remove old events that everybody has received."""
    return remove_expired_events(now=timezone.now())
