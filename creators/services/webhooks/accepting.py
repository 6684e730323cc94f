"""Take in a delivery: verify, store, announce, in one transaction; what it means is worked out later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from creators.clients import signatures
from creators.clients.records import Verified
from creators.clients.tiktok import webhooks as tiktok
from creators.clients.twitch import webhooks as twitch
from creators.clients.x import webhooks as x
from creators.clients.youtube import webhooks as youtube
from creators.enums import Platform, SubscriptionState
from creators.models import WebhookSubscription
from creators.services.webhooks.secrets import find_secret
from veri.platform.events.services import publish_for_new_row

RECEIVED_EVENT = "webhook.received"
LARGEST = 256 * 1024
_INSERT = """
INSERT INTO creators_webhookdelivery
  (platform, message_id, kind, subscription_id, account_id, headers, body, sent_at, received_at, state, error)
VALUES (%(platform)s, %(message_id)s, %(kind)s, %(subscription_id)s, %(account_id)s, %(headers)s, %(body)s, %(sent_at)s,
  %(received_at)s, 'pending', '')
ON CONFLICT ON CONSTRAINT webhook_delivery_message_unique DO NOTHING RETURNING id"""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What became of a delivery: ``accepted``, ``duplicate`` or ``handshake``; ``answer`` is the text to reply."""

    outcome: str
    answer: str = ""


def accept_delivery(
    *, platform: str, headers: Mapping[str, str], body: bytes, subscription_id: str, now: datetime
) -> Accepted:
    """Verify a delivery over its bytes as received and keep it; header names are in lower case.

    Publishes ``webhook.received`` {webhook_id} in the transaction that stores it. A delivery whose message id came
    before is a duplicate, and nothing is written.

    Raises:
        DeliveryRefused: too large, no known subscription, a wrong signature or an old one.
    """
    if len(body) > LARGEST:
        raise signatures.DeliveryRefused("too_large")
    verified, subscription = _verify(platform, headers, body, subscription_id, now)
    if verified.answer:
        _confirm(subscription, verified, now)
        return Accepted(outcome="handshake", answer=verified.answer)
    return Accepted(outcome="accepted" if _keep(platform, verified, subscription, body, now) else "duplicate")


def _verify(
    platform: str, headers: Mapping[str, str], body: bytes, subscription_id: str, now: datetime
) -> tuple[Verified, int | None]:
    """Return the delivery and the id of its subscription; apps' own secrets sign where platforms have one for all."""
    if platform == Platform.X:
        return x.verify(headers=headers, body=body, secret=_require(settings.TWITTER_CONSUMER_SECRET), now=now), None
    if platform == Platform.TIKTOK:
        secret = _require(settings.PLATFORM_CREDENTIALS["tiktok"][1])
        return tiktok.verify(headers=headers, body=body, secret=secret, now=now), None
    remote_id = twitch.find_remote_id(body) if platform == Platform.TWITCH and not subscription_id else ""
    verify = twitch.verify if platform == Platform.TWITCH else youtube.verify
    found = find_secret(platform=platform, subscription_id=subscription_id, remote_id=remote_id)
    try:
        return verify(headers=headers, body=body, secret=found.secret, now=now), found.subscription_id
    except signatures.DeliveryRefused as refusal:
        if not found.is_remembered or refusal.reason != "bad_signature":
            raise
    # It may have been given a new secret since it was remembered.
    found = find_secret(platform=platform, subscription_id=subscription_id, remote_id=remote_id, is_fresh=True)
    return verify(headers=headers, body=body, secret=found.secret, now=now), found.subscription_id


def _require(secret: str) -> str:
    if not secret:  # an empty key would be one everybody knows
        raise signatures.DeliveryRefused("not_configured")
    return secret


def _confirm(subscription_id: int | None, verified: Verified, now: datetime) -> None:
    """Note that a platform asked whether we want a subscription."""
    if subscription_id is None:
        return
    with transaction.atomic(durable=True):
        WebhookSubscription.objects.filter(pk=subscription_id).update(
            state=SubscriptionState.ENABLED, remote_id=verified.remote_id, last_seen_at=now, failures=0, error=""
        )


def _keep(platform: str, verified: Verified, subscription_id: int | None, body: bytes, now: datetime) -> bool:
    """Store a delivery and announce it, in one statement; return False when its message id is there already."""
    values = {
        "platform": platform,
        "message_id": verified.message_id.replace("\0", ""),
        "kind": verified.kind[:80].replace("\0", ""),
        "subscription_id": subscription_id,
        "account_id": verified.account_id[:128].replace("\0", ""),
        "headers": json.dumps(verified.headers),
        "body": body,
        "sent_at": verified.sent_at,
        "received_at": now,
    }
    stored = publish_for_new_row(insert=_INSERT, values=values, name=RECEIVED_EVENT, id_name="webhook_id", now=now)
    return stored is not None
