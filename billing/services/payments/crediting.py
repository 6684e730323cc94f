"""Credit a payment once to what it was asked for, and what its provider kept of it."""

from datetime import datetime

from django.db.models import F

from billing.models import PaymentIntent, ProviderPayment
from billing.payment_enums import AccountKind, IntentState, PaymentPurpose, RefundState
from billing.services.held_funds.funding import credit_funding
from billing.services.ledger import Cause, post_transfer
from billing.services.payments.accounts import build_pair
from billing.services.payments.refunds import count_refundable, request_refund
from billing.services.plans.charging import apply_charge
from veri.platform.events.services import publish_event

PAID_EVENT = "payment.paid"


def credit_payment(*, payment: ProviderPayment, intent: PaymentIntent, cause: Cause, now: datetime) -> None:
    """Credit an approved payment, in the transaction that locked it and its intent.

    The first one pays the intent. A second one is marked as a duplicate, which is refunded; the first stays as it is.
    """
    is_first = intent.state != IntentState.PAID
    key = f"{payment.provider}:{payment.payment_id}"
    if intent.purpose == PaymentPurpose.CAMPAIGN:
        payment.is_held = credit_funding(
            intent=intent,
            payment_key=key,
            amount_minor=payment.amount_minor,
            is_first=is_first,
            cause=cause,
            now=now,
        )
    else:
        _credit_revenue(key, payment, intent, cause, now)
    payment.is_credited, payment.is_duplicate = True, not is_first
    payment.save(update_fields=["is_credited", "is_held", "is_duplicate"])
    if not is_first:
        return
    intent.state = IntentState.PAID
    PaymentIntent.objects.filter(pk=intent.pk).update(state=IntentState.PAID, updated_at=now)
    apply_charge(intent=intent, now=now)
    publish_event(name=PAID_EVENT, payload={"payment": intent.pk}, key=str(intent.reference))


def return_duplicate(*, payment: ProviderPayment, now: datetime) -> None:
    """Ask for what is left of a second payment of the same thing to go back, once its refunds and disputes are applied.

    What is in a dispute waits for its end; what the provider refused once is left to people.
    """
    left = count_refundable(payment)
    if left <= 0 or payment.refunds.filter(state=RefundState.FAILED).exists():
        return
    request_refund(
        payment=payment,
        amount_minor=left,
        key=f"duplicate:{payment.provider}:{payment.payment_id}:{payment.refunds.count()}",
        reason="The same thing was paid twice.",
        actor=None,
        now=now,
    )


def record_fee(*, payment: ProviderPayment, intent: PaymentIntent, fee_minor: int, cause: Cause, now: datetime) -> None:
    """Note what the provider keeps of a payment, once it says so."""
    if not fee_minor or payment.fee_minor:
        return
    legs = build_pair(intent, gains=AccountKind.PSP_CLEARING, loses=AccountKind.PSP_FEES, amount_minor=fee_minor)
    post_transfer(key=f"fee:{payment.provider}:{payment.payment_id}", legs=legs, cause=cause, now=now)
    ProviderPayment.objects.filter(pk=payment.pk).update(fee_minor=F("fee_minor") + fee_minor)
    payment.fee_minor = fee_minor


def _credit_revenue(key: str, payment: ProviderPayment, intent: PaymentIntent, cause: Cause, now: datetime) -> None:
    """Credit what was paid for a plan or a top-up, and tell whoever waits for it."""
    legs = build_pair(
        intent, gains=AccountKind.REVENUE, loses=AccountKind.PSP_CLEARING, amount_minor=payment.amount_minor
    )
    post_transfer(key=f"payment:{key}", legs=legs, cause=cause, now=now)
