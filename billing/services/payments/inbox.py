"""The inbox of providers' webhooks: verify, keep, answer; what they are about is fetched and applied afterwards."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from billing.clients.payments import ProviderRefused, WebhookRefused, get_provider
from billing.models import PaymentWebhook
from billing.payment_enums import CauseKind, InboxState
from billing.services.ledger import Cause
from billing.services.payments.sending import synchronise_payment
from billing.services.plans.following import follow_subscription
from veri.platform.events.services import publish_events, publish_for_new_row
from veri.platform.ops.services.audit import record_audit

RECEIVED_EVENT = "payment.webhook"
CONSENT_TOPIC = "subscription_preapproval"  # Mercado Pago tells of consents, not only of charges
LARGEST = 256 * 1024
_INSERT = """
INSERT INTO billing_paymentwebhook
  (provider, delivery_id, topic, data_id, signed, verified_how, body, state, attempts, error, received_at)
VALUES (%(provider)s, %(delivery_id)s, %(topic)s, %(data_id)s, %(signed)s, %(verified_how)s, %(body)s, 'pending', 0, '',
  %(received_at)s)
ON CONFLICT ON CONSTRAINT payment_webhook_unique DO NOTHING RETURNING id"""
logger = structlog.get_logger(__name__)


def accept_webhook(
    *, provider: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str], now: datetime
) -> bool:
    """Verify a delivery, keep it and announce it in one statement; return False for one that came before.

    Publishes ``payment.webhook`` {webhook_id}.

    Raises:
        WebhookRefused: too large, not signed by the provider, or too old.
    """
    if len(body) > LARGEST:
        raise WebhookRefused("too_large")
    hint = get_provider(provider).verify_webhook(headers=headers, body=body, query=query, now=now)
    values = {
        "provider": provider,
        "delivery_id": hint.delivery_id,
        "topic": hint.topic[:80],
        "data_id": hint.data_id[:120],
        "signed": json.dumps(hint.signed),
        "verified_how": hint.verified_how,
        "body": hint.kept_body,
        "received_at": now,
    }
    stored = publish_for_new_row(insert=_INSERT, values=values, name=RECEIVED_EVENT, id_name="webhook_id", now=now)
    return stored is not None


def process_payment_webhook(*, webhook_id: int, now: datetime) -> InboxState:
    """Fetch what a delivery is about and apply it; again gives the same. Returns its state.

    Raises:
        ProviderUnavailable: the event log tries again; the hourly poll finds what it gives up.
    """
    row = PaymentWebhook.objects.filter(pk=webhook_id).first()
    if row is None:
        return InboxState.IGNORED
    _note(row, now, attempts=F("attempts") + 1)
    try:
        is_about_payment, error = _apply(row, now), ""
        state = InboxState.PROCESSED if is_about_payment else InboxState.IGNORED
    except ProviderRefused as refusal:
        logger.warning("payment_webhook_failed", provider=row.provider, webhook=row.pk)
        state, error = InboxState.FAILED, str(refusal)[:500]
    _note(row, now, state=state, error=error, processed_at=now)
    return state


def _apply(row: PaymentWebhook, now: datetime) -> bool:
    if row.topic == CONSENT_TOPIC:
        return follow_subscription(
            provider=row.provider, provider_subscription_id=row.data_id, cause=f"webhook {row.pk}", now=now
        )
    found = get_provider(row.provider).find_payments(topic=row.topic, data_id=row.data_id)
    cause = Cause(kind=CauseKind.WEBHOOK, reference=f"webhook {row.pk}")
    for payment_id in found:
        synchronise_payment(payment_id=payment_id, provider=row.provider, cause=cause, now=now)
    return bool(found)


@transaction.atomic(durable=True)
def _note(row: PaymentWebhook, now: datetime, **values: Any) -> None:
    PaymentWebhook.objects.filter(pk=row.pk).update(**values)


@transaction.atomic(durable=True)
def replay_webhooks(*, webhook_ids: Sequence[int], acting_user: Any, reason: str, now: datetime) -> int:
    """Announce stored deliveries again, audited; what they lead to is applied once however often. Return how many."""
    rows = PaymentWebhook.objects.filter(pk__in=list(webhook_ids))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(state=InboxState.PENDING, error="")
    publish_events(name=RECEIVED_EVENT, parts=[("", {"webhook_id": pk}) for pk in keys])
    for pk in keys:
        record_audit(
            actor=acting_user,
            action="payment_webhook.replayed",
            target=("billing.paymentwebhook", str(pk)),
            reason=reason,
            now=now,
        )
    return len(keys)
