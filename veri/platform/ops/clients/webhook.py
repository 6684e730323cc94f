"""Notices by one signed webhook (Standard Webhooks, https://www.standardwebhooks.com)."""

import time
from datetime import UTC, datetime

import orjson
from django.conf import settings

from veri.platform.ops.errors import DeliveryFailed
from veri.platform.ops.models import Notification

TIMEOUT_SECONDS = 10.0
TOTAL_SECONDS = 20.0


def send_webhook(notification: Notification) -> None:
    """Post one notice; ``webhook-id`` stays the same over retries, so that the receiver can drop repeats.

    The key is the UTF-8 text of ``WEBHOOK_SECRET``.

    Raises:
        DeliveryFailed: for anything but a 2xx within the deadline; redirects are not followed.
    """
    import httpx  # loads on first use: a tenth of a second

    body = build_body(notification)
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
            headers = _build_headers(notification, body)
            with client.stream("POST", notification.recipient, content=body, headers=headers) as response:
                status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryFailed(f"the webhook did not answer: {type(error).__name__}") from error
    if time.monotonic() > deadline:
        raise DeliveryFailed("the webhook answered too late")
    if status // 100 != 2:  # noqa: PLR2004  the class of success
        raise DeliveryFailed(f"the webhook answered {status}")


def build_body(notification: Notification) -> bytes:
    """Return the signed bytes: ``{"type", "timestamp", "data": {"id", "subject", "body", "key"}}``."""
    data = {
        "id": notification.pk,
        "subject": notification.subject,
        "body": notification.body,
        "key": notification.dedup_key,
    }
    return orjson.dumps({"type": "veri.notice", "timestamp": notification.created_at, "data": data})


def _build_headers(notification: Notification, body: bytes) -> dict[str, str]:
    from standardwebhooks.webhooks import Webhook  # loads on first use

    message_id, now = f"notice_{notification.pk}", datetime.now(tz=UTC)
    signature = Webhook(settings.WEBHOOK_SECRET.encode()).sign(message_id, now, body.decode())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
