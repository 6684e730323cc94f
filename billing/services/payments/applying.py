"""The one way by which what a provider tells becomes ours: for our own commands, webhooks and the poll alike."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.clients.payments import FetchedPayment, PaymentStatus, get_provider
from billing.models import PaymentIntent, ProviderPayment
from billing.services.ledger import Cause
from billing.services.payments.crediting import credit_payment, record_fee
from billing.services.payments.disputes import apply_dispute
from billing.services.payments.refunds import apply_refunds
from billing.services.plans.charging import find_charged_intent, lock_subscription_of
from veri.platform.events.services import publish_event
from veri.platform.ops.services.notifications import queue_alert

QUARANTINED_EVENT = "payment.quarantined"


@transaction.atomic(durable=True)
def apply_provider_state(*, fetched: FetchedPayment, cause: Cause, now: datetime) -> ProviderPayment:
    """Bring a payment, and the ledger with it, to what its provider says now; again changes nothing.

    Its row is locked, its state never goes back. A payment whose amount, currency, reference, collector or mode is not
    what was asked for is quarantined with a notice and never credited.
    """
    payment = _lock_payment(fetched, now)
    intent = _lock_intent(payment, fetched, now)
    problem = "" if payment.is_credited else find_mismatch(fetched=fetched, intent=intent)
    _update(payment, fetched, intent, problem, now)
    if problem or intent is None:
        _tell(payment, problem, now)
        return payment
    if fetched.status >= PaymentStatus.APPROVED and not payment.is_credited:
        credit_payment(payment=payment, intent=intent, cause=cause, now=now)
    if payment.is_credited:
        record_fee(payment=payment, intent=intent, fee_minor=fetched.fee_minor, cause=cause, now=now)
        apply_refunds(payment=payment, intent=intent, fetched=fetched.refunds, cause=cause, now=now)
        if fetched.dispute is not None:
            apply_dispute(payment=payment, intent=intent, fetched=fetched.dispute, cause=cause, now=now)
    return payment


def find_mismatch(*, fetched: FetchedPayment, intent: PaymentIntent | None) -> str:
    """Return how a payment differs from what was asked for, or nothing."""
    if intent is None:
        return "nobody asked for a payment with this reference"
    provider = get_provider(fetched.provider)
    compared = {
        "provider": (fetched.provider, intent.provider),
        "amount": (fetched.amount_minor, intent.amount_minor),
        "currency": (fetched.currency, intent.currency),
        "collector": (fetched.collector, provider.collector),
        "live mode": (fetched.is_live, provider.is_live),
    }
    wrong = [f"{name} is {is_!s:.40}, not {wanted!s:.40}" for name, (is_, wanted) in compared.items() if is_ != wanted]
    return "; ".join(wrong)[:200]


def _lock_payment(fetched: FetchedPayment, now: datetime) -> ProviderPayment:
    row = ProviderPayment(provider=fetched.provider, payment_id=fetched.id, first_seen_at=now, fetched_at=now)
    ProviderPayment.objects.bulk_create([row], ignore_conflicts=True)
    return ProviderPayment.objects.select_for_update(no_key=True).get(provider=fetched.provider, payment_id=fetched.id)


def _lock_intent(payment: ProviderPayment, fetched: FetchedPayment, now: datetime) -> PaymentIntent | None:
    """Return what a payment pays: what it paid before, else what its reference names, or the subscription it is of."""
    rows = PaymentIntent.objects.select_for_update(no_key=True)
    if payment.is_credited and payment.intent_id is not None:
        lock_subscription_of(intent_id=payment.intent_id)
        return rows.get(pk=payment.intent_id)
    try:
        reference = UUID(fetched.reference)
    except ValueError:
        return None
    key = PaymentIntent.objects.filter(reference=reference).values_list("pk", flat=True).first()
    if key is None:
        return find_charged_intent(reference=str(reference), now=now)
    lock_subscription_of(intent_id=key)
    return rows.get(pk=key)


def _update(
    payment: ProviderPayment, fetched: FetchedPayment, intent: PaymentIntent | None, problem: str, now: datetime
) -> None:
    payment.state = max(payment.state, int(fetched.status))
    payment.refunded_minor = max(payment.refunded_minor, fetched.refunded_minor)
    payment.quarantine = problem
    payment.fetched_at = max(payment.fetched_at, now)
    if not payment.is_credited:
        payment.amount_minor, payment.currency = fetched.amount_minor, fetched.currency[:3]
        payment.reference = fetched.reference.replace("\0", "")
        payment.intent = None if problem else intent
    payment.save(
        update_fields=[
            *("state", "refunded_minor", "quarantine", "fetched_at", "amount_minor", "currency", "reference", "intent")
        ]
    )


def _tell(payment: ProviderPayment, problem: str, now: datetime) -> None:
    publish_event(name=QUARANTINED_EVENT, payload={"payment": payment.pk})
    queue_alert(
        subject=f"Payment {payment.payment_id} of {payment.get_provider_display()} is quarantined",
        body=f"It is not credited: {problem}. See docs/payments.md.",
        now=now,
        dedup_key=f"payment-quarantined:{payment.pk}:{problem}"[:120],
    )
