"""What the creators app does when something of it, or of others, is published."""

from typing import Any

from django.utils import timezone

from creators.enums import Availability, ConnectionState
from veri.platform.events.registry import subscribe


def _handle_changed(*, payload: dict[str, Any]) -> None:
    """Bring subscriptions in line, and read a connection that is new; both take calls, so a task of their own."""
    from creators.tasks import keep_subscriptions_task, synchronise_task  # tasks call services

    connection_id = payload["connection_id"]
    keep_subscriptions_task.delay(connection_id=connection_id)
    if payload["state"] == ConnectionState.ACTIVE:
        synchronise_task.delay(connection_id=connection_id)


def _award_connected(*, payload: dict[str, Any]) -> None:
    """Award what a connection reaches at once."""
    from creators.services.games.achievements import award_achievements  # models are loaded by then

    if payload["state"] == ConnectionState.ACTIVE:
        award_achievements(now=timezone.now(), creator_ids=[payload["creator_id"]])


def _handle_asked(*, payload: dict[str, Any]) -> None:
    from creators.tasks import synchronise_task  # same

    synchronise_task.delay(connection_id=payload["connection_id"])


def _handle_webhook(*, payload: dict[str, Any]) -> None:
    from creators.services.webhooks.processing import process_webhook  # loads the normalisers

    process_webhook(webhook_id=payload["webhook_id"], now=timezone.now())


def _count_published(*, payload: dict[str, Any]) -> None:
    """Count the days of what a creator published on connected accounts, and the tasks and achievements it fulfils."""
    from creators.models import ContentItem, PlatformConnection  # models are loaded by then
    from creators.services.games.achievements import award_achievements  # same
    from creators.services.games.streaks import record_active_days  # same
    from creators.services.games.tasks import complete_evidence_tasks  # same

    creator_id, now = payload["creator_id"], timezone.now()
    states = (ConnectionState.ACTIVE, ConnectionState.BROKEN)
    connected = PlatformConnection.objects.filter(creator_id=creator_id, state__in=states).values("platform")
    items = ContentItem.objects.filter(
        creator_id=creator_id,
        pk__in=payload["content_ids"],
        platform__in=connected,
        availability=Availability.PUBLIC,
        published_at__isnull=False,
    )
    published = items.values_list("published_at", flat=True)
    record_active_days(creator_id=creator_id, instants=[at for at in published if at], now=now)
    complete_evidence_tasks(creator_id=creator_id, now=now)
    award_achievements(now=now, creator_ids=[creator_id])


def _join_content(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    ids = sorted({pk for payload in payloads for pk in payload["content_ids"]})
    return {"creator_id": payloads[0]["creator_id"], "content_ids": ids}


def register_subscriptions() -> None:
    subscribe(event="connection.changed", name="creators.connection", handle=_handle_changed, queue="creators")
    subscribe(event="connection.changed", name="creators.achievements", handle=_award_connected, queue="creators")
    subscribe(event="sync.asked", name="creators.sync", handle=_handle_asked, queue="creators")
    subscribe(event="webhook.received", name="creators.webhook", handle=_handle_webhook, queue="creators", is_busy=True)
    subscribe(
        event="content.recorded",
        name="creators.games",
        handle=_count_published,
        join=_join_content,
        queue="creators",
    )
