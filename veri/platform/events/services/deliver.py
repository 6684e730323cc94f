"""Make one delivery: claim it, run the subscriber, note the outcome."""

import random
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from veri.platform.events.models import Delivery, DeliveryState
from veri.platform.events.registry import find_subscriber

MAX_ATTEMPTS = 8
logger = structlog.get_logger(__name__)


def deliver_now(*, delivery_id: int, now: datetime) -> DeliveryState | None:
    """Run the subscriber of a due delivery; return its new state, or None when it was not ours to make.

    A failing subscriber is retried with exponential backoff and jitter, eight times; then the delivery is a dead
    letter until staff retries or purges it.
    """
    if not claim_delivery(delivery_id=delivery_id, now=now):
        return None
    delivery = Delivery.objects.select_related("event").get(pk=delivery_id)
    subscriber = find_subscriber(event=delivery.event.name, name=delivery.subscriber)
    if subscriber is None:
        return _fail(delivery, error="the subscriber is gone", now=now, is_final=True)
    try:
        subscriber.handle(payload=delivery.event.payload)
    except Exception as error:
        logger.warning("delivery_failed", delivery=delivery_id, subscriber=subscriber.name, exc_info=True)
        return _fail(delivery, error=f"{type(error).__name__}: {error}"[:2000], now=now, is_final=False)
    Delivery.objects.filter(pk=delivery_id).update(
        state=DeliveryState.DELIVERED, delivered_at=now, lease_until=None, error=""
    )
    return DeliveryState.DELIVERED


@transaction.atomic(durable=True)
def claim_delivery(*, delivery_id: int, now: datetime) -> bool:
    """Take a pending, due, unleased delivery; two claimants cannot both succeed."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    claimed = Delivery.objects.filter(free, pk=delivery_id, state=DeliveryState.PENDING, due_at__lte=now).update(
        lease_until=now + timedelta(seconds=settings.EVENT_LEASE_SECONDS), attempts=F("attempts") + 1
    )
    return claimed == 1


def _fail(delivery: Delivery, *, error: str, now: datetime, is_final: bool) -> DeliveryState:
    is_dead = is_final or delivery.attempts >= MAX_ATTEMPTS
    state = DeliveryState.DEAD if is_dead else DeliveryState.PENDING
    wait = timedelta(seconds=min(3600, 2**delivery.attempts) * random.uniform(0.5, 1.0))  # noqa: S311  jitter
    Delivery.objects.filter(pk=delivery.pk).update(state=state, lease_until=None, due_at=now + wait, error=error)
    return state
