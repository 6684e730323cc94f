"""Stripe's objects in the words of ``billing.clients.payments``; its amounts are minor units already."""

from collections.abc import Mapping, Sequence
from typing import Any

from billing.clients.payments import (
    FetchedDispute,
    FetchedPayment,
    FetchedRefund,
    FetchedSubscription,
    PaymentStatus,
)
from billing.payment_enums import Provider

_STATUSES = {"succeeded": PaymentStatus.APPROVED, "canceled": PaymentStatus.CANCELLED}
_SUBSCRIPTION_STATES = {
    "trialing": "active",
    "active": "active",
    "past_due": "active",
    "paused": "paused",
    "canceled": "cancelled",
    "unpaid": "cancelled",
    "incomplete_expired": "cancelled",
}
_LONGEST = 120


def read_payment(
    found: Mapping[str, Any],
    *,
    refunds: Sequence[Mapping[str, Any]],
    disputes: Sequence[Mapping[str, Any]],
    invoice: Mapping[str, Any],
) -> FetchedPayment:
    """Return a payment with its refunds and dispute; one of a subscription has its reference on the invoice."""
    charge = found.get("latest_charge") or {}
    parent = ((invoice.get("parent") or {}).get("subscription_details")) or {}
    reference = found.get("metadata", {}).get("reference") or (parent.get("metadata") or {}).get("reference") or ""
    dispute = _read_dispute(disputes[0]) if disputes else None
    return FetchedPayment(
        provider=Provider.STRIPE,
        id=str(found["id"]),
        status=_read_status(found, charge, dispute),
        amount_minor=int(found["amount"]),
        currency=str(found["currency"]).upper(),
        reference=str(reference)[:_LONGEST],
        collector="",
        is_live=bool(found.get("livemode")),
        fee_minor=int((charge.get("balance_transaction") or {}).get("fee") or 0),
        refunded_minor=int(charge.get("amount_refunded") or 0),
        refunds=tuple(read_refund(one) for one in refunds),
        dispute=dispute,
        subscription_id=str(parent.get("subscription") or ""),
    )


def read_refund(found: Mapping[str, Any]) -> FetchedRefund:
    return FetchedRefund(
        id=str(found["id"]), amount_minor=int(found["amount"]), is_done=found.get("status") == "succeeded"
    )


def read_subscription(found: Mapping[str, Any]) -> FetchedSubscription:
    return FetchedSubscription(id=str(found["id"]), state=_SUBSCRIPTION_STATES.get(found["status"], "pending"))


def _read_status(found: Mapping[str, Any], charge: Mapping[str, Any], dispute: FetchedDispute | None) -> PaymentStatus:
    if dispute is not None:
        return PaymentStatus.CHARGED_BACK
    if charge.get("refunded"):
        return PaymentStatus.REFUNDED
    return _STATUSES.get(found["status"], PaymentStatus.PENDING)


def _read_dispute(found: Mapping[str, Any]) -> FetchedDispute | None:
    """An inquiry is no dispute yet: nothing was taken."""
    status = str(found["status"])
    if status.startswith("warning"):
        return None
    outcome = status if status in {"won", "lost"} else "open"
    return FetchedDispute(id=str(found["id"]), amount_minor=int(found["amount"]), outcome=outcome)
