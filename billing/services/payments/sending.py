"""Calls to providers: open a checkout, send a refund, ask about a payment. No transaction is open meanwhile."""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from billing.clients.payments import CheckoutRequest, ProviderError, ProviderRefused, get_provider
from billing.models import PaymentIntent, ProviderPayment, Refund
from billing.payment_enums import CauseKind, IntentState, RefundState
from billing.services.ledger import Cause
from billing.services.payments.applying import apply_provider_state
from billing.services.payments.refunds import note_attempt, note_failure
from migration.failpoints import reach

logger = structlog.get_logger(__name__)


def open_checkout(*, intent_id: int, now: datetime) -> PaymentIntent:
    """Ask the provider for the page where an intent is paid; a second time it is the same page.

    Raises:
        ProviderError: it did not answer, or refused.
    """
    intent = PaymentIntent.objects.get(pk=intent_id)
    if intent.state != IntentState.REQUESTED:
        return intent
    checkout = get_provider(intent.provider).create_checkout(build_request(intent))
    reach("payments.after_checkout")
    with transaction.atomic(durable=True):
        PaymentIntent.objects.filter(pk=intent.pk, state=IntentState.REQUESTED).update(
            state=IntentState.OPEN, checkout_id=checkout.id[:120], checkout_url=checkout.url[:1000], updated_at=now
        )
    return PaymentIntent.objects.get(pk=intent_id)


def build_request(intent: PaymentIntent) -> CheckoutRequest:
    """Return what a provider is asked for; the same intent asks for the same."""
    front = settings.ACCOUNT_LINKS_URL or settings.PUBLIC_URL
    return CheckoutRequest(
        reference=str(intent.reference),
        idempotency_key=str(intent.idempotency_key),
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        title=intent.description or intent.get_purpose_display(),
        return_url=f"{front}/payments/{intent.reference}",
    )


def send_refund(*, refund_id: int, now: datetime) -> RefundState:
    """Send a refund that is due, and apply what became of its payment; its stored key makes sending again harmless."""
    refund = note_attempt(refund_id=refund_id, now=now)
    if refund is None or refund.payment.intent is None:
        return _get_state(refund_id)
    payment = refund.payment
    provider = get_provider(payment.provider)
    try:
        made = provider.refund(
            payment_id=payment.payment_id,
            amount_minor=refund.amount_minor,
            currency=payment.currency,
            idempotency_key=str(refund.idempotency_key),
        )
        reach("payments.after_refund")
        _note_id(refund, made.id)
        fetched = provider.fetch_payment(payment.payment_id)
    except ProviderError as error:
        logger.warning("refund_not_sent", refund=refund.pk, error=type(error).__name__)
        note_failure(refund=refund, error=str(error), is_final=isinstance(error, ProviderRefused), now=now)
        return _get_state(refund_id)
    cause = Cause(
        kind=CauseKind.EVENT, reference=f"refund {refund.pk}", actor=refund.requested_by, reason=refund.reason
    )
    apply_provider_state(fetched=fetched, cause=cause, now=now)
    return _get_state(refund_id)


def _get_state(refund_id: int) -> RefundState:
    return RefundState(Refund.objects.values_list("state", flat=True).get(pk=refund_id))


def _note_id(refund: Refund, provider_id: str) -> None:
    """Note the provider's id, unless its webhook was faster."""
    with transaction.atomic(durable=True):
        known = Refund.objects.filter(payment=refund.payment, refund_id=provider_id).exists()
        if not known:
            Refund.objects.filter(pk=refund.pk, refund_id="").update(refund_id=provider_id)


def send_due_refunds(*, now: datetime, limit: int = 100) -> int:
    """Send refunds that wait; return how many are done."""
    due = Refund.objects.filter(state=RefundState.REQUESTED, retry_at__lte=now).order_by("retry_at")
    keys = list(due.values_list("pk", flat=True)[:limit])
    return sum(send_refund(refund_id=pk, now=now) == RefundState.DONE for pk in keys)


def synchronise_payment(*, payment_id: str, provider: str, cause: Cause, now: datetime) -> ProviderPayment:
    """Fetch one payment and apply what it is now.

    Raises:
        ProviderError: it was not told.
    """
    fetched = get_provider(provider).fetch_payment(payment_id)
    reach("payments.after_fetch")
    return apply_provider_state(fetched=fetched, cause=cause, now=now)


def synchronise_intent(*, intent_id: int, cause: Cause, now: datetime) -> PaymentIntent:
    """Ask the provider for the payments of an intent and apply them: when the payer comes back before the webhook.

    Raises:
        ProviderError: they were not told.
    """
    intent = PaymentIntent.objects.get(pk=intent_id)
    for payment_id in get_provider(intent.provider).list_payments_of(str(intent.reference)):
        synchronise_payment(payment_id=payment_id, provider=intent.provider, cause=cause, now=now)
    return PaymentIntent.objects.get(pk=intent_id)
