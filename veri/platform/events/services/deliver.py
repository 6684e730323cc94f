"""Make one delivery: claim it, run the subscriber, note the outcome."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from veri.platform.events.models import Delivery, DeliveryState
from veri.platform.events.registry import Subscriber, find_subscriber
from veri.platform.events.services.companions import claim_companions, release_companions

MAX_ATTEMPTS = 8
DRAINED_AT_ONCE = 100
logger = structlog.get_logger(__name__)


def deliver_now(*, delivery_id: int, now: datetime) -> DeliveryState | None:
    """Run the subscriber of a due delivery; return its new state, or None when it was not ours to make.

    A subscriber that can join payloads gets the deliveries of the same key that wait close behind in the same run.
    A failing subscriber is retried with exponential backoff and jitter, eight times; then the delivery is a dead
    letter until staff retries or purges it.
    """
    if not claim_delivery(delivery_id=delivery_id, now=now):
        return None
    delivery = Delivery.objects.select_related("event").get(pk=delivery_id)
    subscriber = find_subscriber(event=delivery.event.name, name=delivery.subscriber)
    if subscriber is None:
        return _fail(delivery, error="the subscriber is gone", now=now, is_final=True)
    if _deliver_together(delivery, subscriber, now):
        return DeliveryState.DELIVERED
    try:
        subscriber.handle(payload=delivery.event.payload)
    except Exception as error:
        logger.warning("delivery_failed", delivery=delivery_id, subscriber=subscriber.name, exc_info=True)
        return _fail(delivery, error=f"{type(error).__name__}: {error}"[:2000], now=now, is_final=False)
    _mark_delivered([delivery], now)
    return DeliveryState.DELIVERED


def drain_subscriber(*, subscriber: str, clock: Callable[[], datetime], seconds: float) -> int:
    """Make the pending deliveries of one subscriber, the longest due first, for so many seconds; return how many.

    Several may run at once: each delivery is claimed. What fails is due again later, so that nobody goes in circles.
    """
    deadline, made = clock() + timedelta(seconds=seconds), 0
    while clock() < deadline:
        now = clock()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        due = Delivery.objects.filter(free, subscriber=subscriber, state=DeliveryState.PENDING, due_at__lte=now)
        keys = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:DRAINED_AT_ONCE])
        done = sum(deliver_now(delivery_id=pk, now=clock()) is not None for pk in keys)
        made += done
        if not done:
            break
    return made


def _deliver_together(delivery: Delivery, subscriber: Subscriber, now: datetime) -> bool:
    """Run a delivery with its companions; when there are none, or the run fails, each is left to be made by itself."""
    companions = claim_companions(delivery=delivery, now=now) if subscriber.join else []
    if not (companions and subscriber.join):
        return False
    together = [delivery, *companions]
    try:
        subscriber.handle(payload=subscriber.join([one.event.payload for one in together]))
    except Exception:
        logger.warning("joined_delivery_failed", delivery=delivery.pk, subscriber=subscriber.name, exc_info=True)
        release_companions(deliveries=companions)
        return False
    _mark_delivered(together, now)
    return True


def _mark_delivered(deliveries: Sequence[Delivery], now: datetime) -> None:
    Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(
        state=DeliveryState.DELIVERED, delivered_at=now, lease_until=None, error=""
    )


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
