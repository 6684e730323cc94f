"""Mercado Pago's objects in the words of ``billing.clients.payments``."""

from typing import Any

from billing.clients.amounts import read_decimal
from billing.clients.payments import (
    FetchedDispute,
    FetchedPayment,
    FetchedRefund,
    FetchedSubscription,
    PaymentStatus,
    ProviderRefused,
)
from billing.payment_enums import Provider

_STATUSES = {
    "pending": PaymentStatus.PENDING,
    "in_process": PaymentStatus.PENDING,
    "authorized": PaymentStatus.PENDING,
    "rejected": PaymentStatus.REJECTED,
    "cancelled": PaymentStatus.CANCELLED,
    "approved": PaymentStatus.APPROVED,
    "in_mediation": PaymentStatus.APPROVED,
    "refunded": PaymentStatus.REFUNDED,
    "charged_back": PaymentStatus.CHARGED_BACK,
}
# What became of a chargeback is in status_detail: settled is lost to the payer, reimbursed came back to us.
_OUTCOMES = {"settled": "lost", "reimbursed": "won"}
_SUBSCRIPTION_STATES = {"authorized": "active", "pending": "pending", "paused": "paused", "cancelled": "cancelled"}
_LONGEST = 120


def read_payment(found: dict[str, Any]) -> FetchedPayment:
    """Return a payment.

    Raises:
        ProviderRefused: a status or currency nobody knows, or no amount.
    """
    status, currency = found.get("status"), str(found.get("currency_id", ""))
    if status not in _STATUSES:
        raise ProviderRefused(f"Unknown payment status {str(status)[:40]!r}.")
    amount = read_decimal(found.get("transaction_amount"), currency=currency)
    return FetchedPayment(
        provider=Provider.MERCADO_PAGO,
        id=str(found["id"]),
        status=_STATUSES[status],
        amount_minor=amount,
        currency=currency,
        reference=str(found.get("external_reference") or "")[:_LONGEST],
        collector=str(found.get("collector_id") or ""),
        is_live=bool(found.get("live_mode")),
        fee_minor=_sum_fees(found, currency),
        refunded_minor=read_decimal(found.get("transaction_amount_refunded") or 0, currency=currency),
        refunds=tuple(read_refund(one, currency=currency) for one in found.get("refunds") or []),
        dispute=_read_dispute(found, amount),
        subscription_id=str((found.get("metadata") or {}).get("preapproval_id") or ""),
    )


def read_refund(found: dict[str, Any], *, currency: str) -> FetchedRefund:
    return FetchedRefund(
        id=str(found["id"]),
        amount_minor=read_decimal(found.get("amount"), currency=currency),
        is_done=found.get("status", "approved") == "approved",
    )


def read_subscription(found: dict[str, Any]) -> FetchedSubscription:
    return FetchedSubscription(
        id=str(found["id"]),
        state=_SUBSCRIPTION_STATES.get(str(found.get("status")), "pending"),
        url=str(found.get("init_point") or ""),
    )


def _read_dispute(found: dict[str, Any], amount: int) -> FetchedDispute | None:
    if found["status"] != "charged_back":
        return None
    outcome = _OUTCOMES.get(str(found.get("status_detail")), "open")
    return FetchedDispute(id=f"payment-{found['id']}", amount_minor=amount, outcome=outcome)


def _sum_fees(found: dict[str, Any], currency: str) -> int:
    """Return what the provider keeps of what we receive; what the payer pays on top is not ours."""
    mine = [one for one in found.get("fee_details") or [] if one.get("fee_payer") == "collector"]
    return sum(read_decimal(one.get("amount"), currency=currency) for one in mine)
