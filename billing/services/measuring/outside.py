"""What lower rooms spent by themselves, read from their own books: X's dollars and mails."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncHour

from billing.enums import Service
from billing.models import UsageEvent
from billing.services.spending import Spent, record_spent
from creators.enums import Platform
from creators.models import SyncRun, WebhookDelivery
from creators.services.webhooks.processing import PRICES
from veri.platform.ops.enums import Channel, NotificationState
from veri.platform.ops.models import Notification

SYNC, MAIL = "sync", "mail"
LOOKED_BACK = timedelta(days=3)
SETTLING = timedelta(minutes=5)  # what is sent in an hour's last moment is written down a little later
MOST = 5_000


def meter_outside(*, now: datetime) -> list[UsageEvent]:
    """Meter readings that ended, and whole hours of events and mails, that are not metered yet; once each."""
    return record_spent(spent=[*_list_readings(now), *_list_events(now), *_list_mails(now)])


def _list_readings(now: datetime) -> Iterator[Spent]:
    action = Concat(Value("run:"), Cast(OuterRef("pk"), CharField()))
    known = UsageEvent.objects.filter(source=SYNC, action=action)
    runs = SyncRun.objects.filter(
        ~Exists(known), platform=Platform.X, micro_dollars__gt=0, ended_at__gte=now - LOOKED_BACK
    )
    for pk, creator_id, micro, ended_at in runs.values_list(
        "pk", "connection__creator_id", "micro_dollars", "ended_at"
    )[:MOST]:
        if ended_at is None:  # the filter's own rule, which the type does not know
            continue
        yield Spent(
            source=SYNC, action=f"run:{pk}", service=Service.X, model="api", units=micro, at=ended_at,
            creator_id=creator_id,
        )  # fmt: skip


def _list_events(now: datetime) -> Iterator[Spent]:
    """Yield what X took for the events it sent, by whole hours."""
    for (platform, kind), price in PRICES.items():
        rows = WebhookDelivery.objects.filter(platform=platform, kind=kind, processed_at__isnull=False)
        for hour, count in _count_hours(rows, "received_at", now):
            yield Spent(
                source=SYNC, action=f"{kind}:{hour:%Y-%m-%dT%H}", service=Service.X, model="api", units=count * price,
                at=hour,
            )  # fmt: skip


def _list_mails(now: datetime) -> Iterator[Spent]:
    rows = Notification.objects.filter(channel=Channel.EMAIL, state=NotificationState.SENT)
    for hour, count in _count_hours(rows, "sent_at", now):
        yield Spent(source=MAIL, action=f"{hour:%Y-%m-%dT%H}", service=Service.MAIL, model="smtp", units=count, at=hour)


def _count_hours(rows: "QuerySet[Any]", field: str, now: datetime) -> Iterator[tuple[datetime, int]]:
    """Return whole hours, in UTC, that have rows, with how many."""
    until = (now - SETTLING).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    within = {f"{field}__gte": until - LOOKED_BACK, f"{field}__lt": until}
    counted = rows.filter(**within).values_list(TruncHour(field, tzinfo=UTC)).annotate(count=Count("pk"))
    yield from counted.order_by()
