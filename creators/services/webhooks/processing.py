"""Work out what a stored delivery means: interactions, the end of a grant or a subscription, a change to look at."""

from datetime import datetime

import structlog
from django.db import transaction

from creators.clients.lenient_json import read_json
from creators.clients.twitch.webhooks import REVOCATION
from creators.enums import ConnectionState, ConsentState, Platform, SubscriptionState, WebhookState
from creators.errors import PayloadNotUnderstood
from creators.models import PlatformConnection, WebhookDelivery, WebhookSubscription
from creators.normalisers import Delivery, Envelope, normalise
from creators.normalisers.reading import read_text
from creators.services.connections.revoking import record_revocation
from creators.services.documents import DocumentRefused
from creators.services.ingest import NewInteraction, record_interactions
from creators.services.sync.asking import note_change
from creators.services.sync.quotas import add_spent

_GRANT_ENDED = {
    Platform.X.value: frozenset({"oauth.revoke"}),
    Platform.TIKTOK.value: frozenset({"authorization.removed"}),
    Platform.TWITCH.value: frozenset({"user.authorization.revoke"}),
    Platform.YOUTUBE.value: frozenset(),
}
# Of these the content list has to be read again; what they tell alone has no counters.
_CONTENT_CHANGED = frozenset({"feed.entry", "feed.deleted", "post.create", "post.delete", "stream.offline"})
_CONTENT_CHANGED |= {"video.publish.complete", "video.upload.complete"}
# What X takes for an event it sends, in millionths of a dollar.
PRICES = {(Platform.X.value, "post.create"): 5_000}
logger = structlog.get_logger(__name__)


def process_webhook(*, webhook_id: int, now: datetime) -> WebhookState:
    """Process one stored delivery; again gives the same, also after a replay by staff. Returns its state.

    An event that has a price is counted the first time.

    What cannot be understood fails for good and is kept; what fails otherwise is tried again by the event log.
    """
    row = WebhookDelivery.objects.filter(pk=webhook_id).first()
    if row is None:
        return WebhookState.IGNORED
    try:
        state, error = _process(row, now), ""
    except (PayloadNotUnderstood, DocumentRefused, ValueError) as refusal:
        logger.warning("webhook_not_understood", platform=row.platform, webhook=row.pk, error=type(refusal).__name__)
        state, error = WebhookState.FAILED, f"{type(refusal).__name__}: {refusal}"[:500]
    with transaction.atomic(durable=True):
        WebhookDelivery.objects.filter(pk=row.pk).update(state=state, error=error, processed_at=now)
    return state


def _process(row: WebhookDelivery, now: datetime) -> WebhookState:
    body = bytes(row.body)
    price = PRICES.get((row.platform, row.kind))
    if price and row.processed_at is None:
        add_spent(platform=row.platform, bucket="dollars", amount=price, now=row.received_at)
    if row.subscription_id:
        with transaction.atomic(durable=True):
            WebhookSubscription.objects.filter(pk=row.subscription_id).update(last_seen_at=row.received_at)
    if row.platform == Platform.TWITCH and row.kind == REVOCATION:
        return _end_subscription(row, body, now)
    connection = _find_connection(row)
    if connection is None:
        return WebhookState.IGNORED
    if row.kind in _GRANT_ENDED[row.platform]:
        record_revocation(connection_id=connection.pk, now=now)
        return WebhookState.PROCESSED
    return _record(row, connection, body, now)


def _find_connection(row: WebhookDelivery) -> PlatformConnection | None:
    """Return the connection a delivery is about: its subscription's, else the account's."""
    rows = PlatformConnection.objects.select_related("creator").filter(platform=row.platform)
    if row.subscription_id:
        return rows.filter(subscriptions=row.subscription_id).first()
    return rows.filter(account_id=row.account_id).first() if row.account_id else None


def _end_subscription(row: WebhookDelivery, body: bytes, now: datetime) -> WebhookState:
    """Twitch ended a subscription; the clock makes it anew unless the creator or the account is gone."""
    status = read_text(read_json(body), "subscription", "status")
    subscription = row.subscription
    if subscription is None:
        return WebhookState.IGNORED
    with transaction.atomic(durable=True):
        WebhookSubscription.objects.filter(pk=subscription.pk).update(
            state=SubscriptionState.FAILED, remote_id="", error=status[:200], updated_at=now, retry_at=None
        )
    if status in {"authorization_revoked", "user_removed"}:
        record_revocation(connection_id=subscription.connection_id, now=now)
    return WebhookState.PROCESSED


def _record(row: WebhookDelivery, connection: PlatformConnection, body: bytes, now: datetime) -> WebhookState:
    creator = connection.creator
    is_open = creator.is_active and creator.consent_state != ConsentState.WITHDRAWN
    if not is_open or connection.state != ConnectionState.ACTIVE:
        return WebhookState.IGNORED
    # A Twitch delivery's id names the event; an XML feed's and X's carry ids of their own.
    sent = Delivery(
        message_id=row.message_id if row.platform == Platform.TWITCH else "", sent_at=row.sent_at or row.received_at
    )
    payload = body if row.platform == Platform.YOUTUBE else read_json(body)
    envelopes = normalise(platform=row.platform, payload=payload, delivery=sent)
    mine = [one for one in envelopes if _is_about(one, row, connection)]
    record_interactions(items=[_build(creator.pk, one) for one in mine], now=now)
    if row.kind in _CONTENT_CHANGED:
        note_change(connection_id=connection.pk, now=now)
    return WebhookState.PROCESSED if mine else WebhookState.IGNORED


def _is_about(envelope: Envelope, row: WebhookDelivery, connection: PlatformConnection) -> bool:
    """Tell whether an entry of a feed is of the channel the feed was subscribed for."""
    return row.platform != Platform.YOUTUBE or not envelope.channel or envelope.channel == connection.account_id


def _build(creator_id: int, envelope: Envelope) -> NewInteraction:
    return NewInteraction(
        creator_id=creator_id,
        platform=envelope.platform,
        external_id=envelope.external_id,
        type=envelope.type,
        occurred_at=envelope.occurred_at,
        channel=envelope.channel,
        author=envelope.author,
        text=envelope.text,
        attachments=envelope.attachments,
        payload=envelope.payload,
    )
