"""Publish inside the transaction; hand over to Celery after its commit."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
DRAIN_EVERY, DRAIN_AFTER = 0.25, 0.35
_PUBLISH_FOR_ROW = """
WITH stored AS ({insert}), published AS (
  INSERT INTO events_event (name, key, payload, published_at)
  SELECT %(event_name)s, %(event_key)s, jsonb_build_object(%(id_name)s::text, stored.id), %(event_at)s FROM stored
  RETURNING id
), pending AS (
  INSERT INTO events_delivery (event_id, subscriber, state, attempts, due_at, error)
  SELECT published.id, subscriber, 'pending', 0, %(event_at)s, ''
  FROM published CROSS JOIN unnest(%(subscribers)s::text[]) AS subscriber
  RETURNING id, subscriber
)
SELECT stored.id, pending.id, pending.subscriber FROM stored LEFT JOIN pending ON true"""
logger = structlog.get_logger(__name__)


@dataclass
class _Broker:
    """This process's memory of a broker that failed: when it may be tried again, by the monotonic clock."""

    retry_at: float = 0.0
    drain_at: dict[str, float] = field(default_factory=dict)

    def claim_drain(self, subscriber: str) -> bool:
        """Tell whether a task that makes all pending deliveries has to be asked for again.

        The one asked for last begins after all that comes before the next may be: nothing falls between two.
        """
        now = time.monotonic()
        if now < self.drain_at.get(subscriber, 0.0):
            return False
        self.drain_at[subscriber] = now + DRAIN_EVERY
        return True


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


def publish_for_new_row(
    *, insert: str, values: Mapping[str, Any], name: str, id_name: str, now: datetime, key: str = ""
) -> int | None:
    """Insert one row and publish an event about it, all in one statement: for what must answer within milliseconds.

    ``insert`` ends in ``RETURNING id`` and names its parameters; the payload is ``{id_name: id}``. Returns the row's
    id, or None when the statement inserted nothing, as after ON CONFLICT DO NOTHING; then nothing is published.
    Without an open transaction the statement is one of its own.
    """
    subscribers = [subscriber.name for subscriber in list_subscribers(name)]
    told: dict[str, Any] = {
        "event_name": name,
        "event_key": key,
        "id_name": id_name,
        "event_at": now,
        "subscribers": subscribers,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISH_FOR_ROW.format(insert=insert), {**values, **told})
        rows = cursor.fetchall()
    for _, delivery, subscriber in rows:
        if delivery is not None:
            transaction.on_commit(partial(enqueue_delivery, event=name, subscriber=subscriber, pk=delivery))
    return rows[0][0] if rows else None


def enqueue_delivery(*, event: str, subscriber: str, pk: int) -> bool:
    """Ask Celery to make one delivery; return whether the broker took it.

    A broker that failed is left alone for a second: many events would else wait for it one by one.
    """
    from veri.platform.events.tasks import deliver_event_task, drain_subscriber_task  # tasks call services

    if time.monotonic() < _broker.retry_at:
        return False
    found = find_subscriber(event=event, name=subscriber)
    queue = found.queue if found else DEFAULT_QUEUE  # whoever delivers notes that the subscriber is gone
    if found and found.is_busy and not _broker.claim_drain(subscriber):
        return True  # asked for within this quarter of a second: that task has yet to begin
    try:
        if found and found.is_busy:
            drain = {"subscriber": subscriber}
            drain_subscriber_task.apply_async(kwargs=drain, queue=queue, retry=False, countdown=DRAIN_AFTER)
            return True
        deliver_event_task.apply_async(kwargs={"delivery_id": pk}, queue=queue, retry=False)
    except (BrokerUnavailable, RedisError, OSError) as error:
        _broker.retry_at = time.monotonic() + AWAY_SECONDS
        _broker.drain_at.pop(subscriber, None)
        logger.warning("broker_away", delivery=pk, error=type(error).__name__)
        return False
    return True
