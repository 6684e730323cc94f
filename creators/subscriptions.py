"""What the creators app does when something happened to a connection or arrived from a platform."""

from typing import Any

from django.utils import timezone

from creators.enums import ConnectionState
from veri.platform.events.registry import subscribe


def _handle_changed(*, payload: dict[str, Any]) -> None:
    """Bring subscriptions in line, and read a connection that is new; both take calls, so a task of their own."""
    from creators.tasks import keep_subscriptions_task, synchronise_task  # tasks call services

    connection_id = payload["connection_id"]
    keep_subscriptions_task.delay(connection_id=connection_id)
    if payload["state"] == ConnectionState.ACTIVE:
        synchronise_task.delay(connection_id=connection_id)


def _handle_asked(*, payload: dict[str, Any]) -> None:
    from creators.tasks import synchronise_task  # same

    synchronise_task.delay(connection_id=payload["connection_id"])


def _handle_webhook(*, payload: dict[str, Any]) -> None:
    from creators.services.webhooks.processing import process_webhook  # loads the normalisers

    process_webhook(webhook_id=payload["webhook_id"], now=timezone.now())


def register_subscriptions() -> None:
    subscribe(event="connection.changed", name="creators.connection", handle=_handle_changed, queue="creators")
    subscribe(event="sync.asked", name="creators.sync", handle=_handle_asked, queue="creators")
    subscribe(event="webhook.received", name="creators.webhook", handle=_handle_webhook, queue="creators", is_busy=True)
