"""Handshakes by GET: the hub's challenge of WebSub, and X's CRC."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from creators.clients.signatures import DeliveryRefused
from creators.clients.x.webhooks import answer_crc
from creators.enums import Platform, SubscriptionState
from creators.models import WebhookSubscription

LONGEST_LEASE = timedelta(days=10)
LONGEST_TOKEN = 1_000


def answer_challenge(*, params: Mapping[str, str], now: datetime) -> str:
    """Return the challenge of a hub that asks about a subscription we asked for, and note its lease.

    A hub may also say that it denies a subscription; then there is nothing to echo.

    Raises:
        DeliveryRefused: nobody here asked for that.
    """
    mode, topic, challenge = (params.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    found = WebhookSubscription.objects.filter(platform=Platform.YOUTUBE, remote_id=topic[:200]).first()
    if mode == "unsubscribe" and _wants_to_leave(found):
        return challenge
    if found is None or found.state == SubscriptionState.REVOKED or "\0" in topic:
        raise DeliveryRefused("unknown_subscription")
    if mode == "denied":
        _note(found, SubscriptionState.FAILED, None, now, "denied by the hub")
        return ""
    if mode != "subscribe" or not 0 < len(challenge) <= LONGEST_TOKEN:
        raise DeliveryRefused("malformed")
    _note(found, SubscriptionState.ENABLED, now + _read_lease(params.get("hub.lease_seconds", "")), now, "")
    return challenge


def _wants_to_leave(found: WebhookSubscription | None) -> bool:
    return found is None or found.state == SubscriptionState.REVOKED


def _read_lease(seconds: str) -> timedelta:
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < len("1000000000")
    return min(timedelta(seconds=int(seconds)), LONGEST_LEASE) if is_number else timedelta(days=5)


@transaction.atomic(durable=True)
def _note(
    found: WebhookSubscription, state: SubscriptionState, lease: datetime | None, now: datetime, error: str
) -> None:
    WebhookSubscription.objects.filter(pk=found.pk).update(
        state=state, lease_expires_at=lease, error=error, updated_at=now, last_seen_at=now
    )


def answer_crc_request(*, params: Mapping[str, str]) -> dict[str, str]:
    """Return the answer that proves to X that the consumer secret is known here.

    Raises:
        DeliveryRefused: no token, or no secret to answer with.
    """
    token = params.get("crc_token", "")
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise DeliveryRefused("malformed")
    if not settings.TWITTER_CONSUMER_SECRET:
        raise DeliveryRefused("not_configured")
    return {"response_token": answer_crc(token=token, secret=settings.TWITTER_CONSUMER_SECRET)}
