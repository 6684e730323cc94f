"""Publish inside the transaction; hand over to Celery after its commit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerUnavailable
from redis.exceptions import RedisError

from veri.platform.events.models import Delivery, Event
from veri.platform.events.registry import DEFAULT_QUEUE, find_subscriber, list_subscribers

AWAY_SECONDS = 1.0
logger = structlog.get_logger(__name__)


@dataclass
class _Broker:
    """This process's memory of a broker that failed: when it may be tried again, by the monotonic clock."""

    retry_at: float = 0.0


_broker = _Broker()


def publish_event(*, name: str, payload: dict[str, Any], key: str = "") -> Event:
    """Write an event and one pending delivery per subscriber in the caller's transaction.

    Celery is told after the commit; when the broker is away the sweep delivers later.

    Raises:
        RuntimeError: outside a transaction, since the event could then outlive what caused it.
    """
    (event,) = publish_events(name=name, parts=[(key, payload)])
    return event


def publish_events(*, name: str, parts: Sequence[tuple[str, dict[str, Any]]]) -> list[Event]:
    """Write several events of one name, given as (key, payload), in two statements; see ``publish_event``."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish_event needs an open transaction.")
    now = timezone.now()
    events = Event.objects.bulk_create(
        Event(name=name, key=key, payload=payload, published_at=now) for key, payload in parts
    )
    deliveries = Delivery.objects.bulk_create(
        Delivery(event=event, subscriber=subscriber.name, due_at=now)
        for event in events
        for subscriber in list_subscribers(name)
    )
    for delivery in deliveries:
        transaction.on_commit(partial(enqueue_delivery, event=name, subscriber=delivery.subscriber, pk=delivery.pk))
    return events


def enqueue_delivery(*, event: str, subscriber: str, pk: int) -> bool:
    """Ask Celery to make one delivery; return whether the broker took it.

    A broker that failed is left alone for a second: many events would else wait for it one by one.
    """
    from veri.platform.events.tasks import deliver_event_task  # the task calls services

    if time.monotonic() < _broker.retry_at:
        return False
    found = find_subscriber(event=event, name=subscriber)
    queue = found.queue if found else DEFAULT_QUEUE  # whoever delivers notes that the subscriber is gone
    try:
        deliver_event_task.apply_async(kwargs={"delivery_id": pk}, queue=queue, retry=False)
    except (BrokerUnavailable, RedisError, OSError) as error:
        _broker.retry_at = time.monotonic() + AWAY_SECONDS
        logger.warning("broker_away", delivery=pk, error=type(error).__name__)
        return False
    return True
