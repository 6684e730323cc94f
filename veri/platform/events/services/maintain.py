"""Sweep lost deliveries, retry and purge dead letters, replay from any point, remove old events."""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from veri.platform.events.models import Delivery, DeliveryState, Event
from veri.platform.events.registry import list_events_of
from veri.platform.events.services.publish import enqueue_delivery

SWEEP_LIMIT = 2000
SWEEP_GRACE = timedelta(seconds=5)
KEEP = timedelta(days=30)
BATCH = 5000


def wait_for_deliveries(*, seconds: float) -> int:
    """Wait until no delivery is pending, at most so many seconds; return how many still are."""
    deadline = time.monotonic() + seconds
    pending = Delivery.objects.filter(state=DeliveryState.PENDING)
    while pending.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    return pending.count()


def sweep_deliveries(*, now: datetime, limit: int = SWEEP_LIMIT) -> int:
    """Enqueue deliveries that are due and that nobody holds; return how many the broker took.

    Five seconds of grace leave the ordinary hand-over alone. A delivery enqueued twice is claimed once.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = Delivery.objects.filter(free, state=DeliveryState.PENDING, due_at__lte=now - SWEEP_GRACE)
    found = due.order_by("due_at", "pk").values_list("event__name", "subscriber", "pk")[:limit]
    taken = 0
    for event, subscriber, pk in found:
        if not enqueue_delivery(event=event, subscriber=subscriber, pk=pk):
            break
        taken += 1
    return taken


@transaction.atomic(durable=True)
def retry_dead(*, delivery_ids: list[int], now: datetime) -> int:
    """Make dead letters due again with all their attempts; return how many."""
    return Delivery.objects.filter(pk__in=delivery_ids, state=DeliveryState.DEAD).update(
        state=DeliveryState.PENDING, attempts=0, due_at=now - SWEEP_GRACE, lease_until=None
    )


@transaction.atomic(durable=True)
def purge_dead(*, delivery_ids: list[int]) -> int:
    """Delete dead letters for good; the events stay. Return how many."""
    deleted, _ = Delivery.objects.filter(pk__in=delivery_ids, state=DeliveryState.DEAD).delete()
    return deleted


@transaction.atomic(durable=True)
def replay_events(*, subscriber: str, from_event: int, now: datetime) -> int:
    """Deliver every event from ``from_event`` on to one subscriber again, also those from before it subscribed.

    Return how many deliveries are now pending because of it.
    """
    events = Event.objects.filter(pk__gte=from_event, name__in=list_events_of(subscriber))
    Delivery.objects.filter(event__in=events, subscriber=subscriber).update(
        state=DeliveryState.PENDING, attempts=0, due_at=now - SWEEP_GRACE, lease_until=None, delivered_at=None
    )
    known = Delivery.objects.filter(event__in=events, subscriber=subscriber)
    unknown = events.exclude(pk__in=known.values("event_id")).values_list("pk", flat=True)
    for start in range(0, len(missing := list(unknown)), BATCH):
        fresh = (
            Delivery(event_id=pk, subscriber=subscriber, due_at=now - SWEEP_GRACE)
            for pk in missing[start : start + BATCH]
        )
        Delivery.objects.bulk_create(fresh, ignore_conflicts=True)  # another replay may be running
    return events.count()


@transaction.atomic(durable=True)
def remove_expired_events(*, now: datetime) -> int:
    """Delete a batch of events older than 30 days whose deliveries are all made; return how many."""
    old = Event.objects.filter(published_at__lt=now - KEEP).exclude(
        deliveries__state__in=[DeliveryState.PENDING, DeliveryState.DEAD]
    )
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    Event.objects.filter(pk__in=keys).delete()
    return len(keys)
