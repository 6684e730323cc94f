"""Deliveries that travel together: pending events of one key, close behind the one being made.

A subscriber that can join payloads pays its fixed costs once for all of them. Order and outcome stay each delivery's
own: companions of a run that failed are given back as if they had not been touched.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from veri.platform.events.models import Delivery, DeliveryState

MOST = 9
REACH = 200  # deliveries of any key looked through: a long backlog must not make each claim long

_CLAIM = """
UPDATE events_delivery SET lease_until = %(lease)s, attempts = attempts + 1
WHERE id IN (
  SELECT one.id FROM events_delivery one JOIN events_event event ON event.id = one.event_id
  WHERE one.id > %(first)s AND one.id <= %(first)s + %(reach)s AND one.subscriber = %(subscriber)s
    AND one.state = 'pending' AND one.due_at <= %(now)s AND (one.lease_until IS NULL OR one.lease_until < %(now)s)
    AND event.name = %(name)s AND event.key = %(key)s
  ORDER BY one.id LIMIT %(most)s FOR UPDATE OF one SKIP LOCKED)
RETURNING id"""


@transaction.atomic(durable=True)
def claim_companions(*, delivery: Delivery, now: datetime) -> list[Delivery]:
    """Claim up to nine later pending deliveries of the same subscriber, event name and key, in their order."""
    if not delivery.event.key:
        return []
    values: dict[str, Any] = {
        "lease": now + timedelta(seconds=settings.EVENT_LEASE_SECONDS),
        "first": delivery.pk,
        "reach": REACH,
        "subscriber": delivery.subscriber,
        "now": now,
        "name": delivery.event.name,
        "key": delivery.event.key,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        claimed = [pk for (pk,) in cursor.fetchall()]
    return list(Delivery.objects.select_related("event").filter(pk__in=claimed).order_by("pk")) if claimed else []


def release_companions(*, deliveries: Sequence[Delivery]) -> None:
    """Give claimed companions back: their own messages, or the sweep, make them one by one."""
    Delivery.objects.filter(pk__in=[one.pk for one in deliveries], state=DeliveryState.PENDING).update(
        lease_until=None, attempts=F("attempts") - 1
    )
