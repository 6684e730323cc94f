"""Refunds: asked for as rows, sent through the provider, settled by what the provider tells."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, Sum

from billing.clients.payments import FetchedRefund
from billing.models import PaymentIntent, ProviderPayment, Refund
from billing.payment_enums import AccountKind, PaymentPurpose, RefundState
from billing.payment_errors import InsufficientFunds
from billing.services.ledger import Cause, get_balance, post_transfer
from billing.services.payments.accounts import build_pair, open_intent_account
from veri.platform.events.services import publish_event
from veri.platform.ops.services.notifications import queue_alert

REQUESTED_EVENT = "refund.requested"
logger = structlog.get_logger(__name__)


def request_refund(
    *, payment: ProviderPayment, amount_minor: int, key: str, reason: str, actor: Any, now: datetime
) -> Refund:
    """Ask for a part of a payment to go back, in the caller's transaction; the same key returns the first.

    The caller holds the lock of the payment or of its campaign's funds; the payment's row is not locked here, since who
    applies a payment locks it before the funds.

    Publishes ``refund.requested`` {refund}. The ledger moves when the provider says it is done.

    Raises:
        InsufficientFunds: less is left of the payment.
    """
    found = Refund.objects.filter(key=key).first()
    if found is not None:
        return found
    if amount_minor > count_refundable(payment):
        raise InsufficientFunds(f"Less is left of payment {payment.payment_id}.")
    refund = Refund.objects.create(
        payment=payment,
        key=key,
        amount_minor=amount_minor,
        reason=reason[:500],
        requested_by=actor,
        requested_at=now,
        retry_at=now,
    )
    publish_event(name=REQUESTED_EVENT, payload={"refund": refund.pk})
    return refund


def request_campaign_refunds(
    *, campaign_ref: int, amount_minor: int, key: str, reason: str, actor: Any, now: datetime
) -> int:
    """Ask for an amount to go back through the payments that brought it, latest first; return what found no payment."""
    rows = ProviderPayment.objects.filter(intent__campaign_ref=campaign_ref, is_credited=True).order_by("-pk")
    left = amount_minor
    for payment in rows:
        part = min(left, count_refundable(payment))
        if part > 0:
            request_refund(
                payment=payment, amount_minor=part, key=f"{key}:{payment.pk}", reason=reason, actor=actor, now=now
            )
            left -= part
    return left


def count_refundable(payment: ProviderPayment) -> int:
    """Return what is left of a payment that no refund takes."""
    taken = payment.refunds.exclude(state=RefundState.FAILED).aggregate(total=Sum("amount_minor"))["total"] or 0
    disputed = payment.chargebacks.exclude(state="won").aggregate(total=Sum("amount_minor"))["total"] or 0
    return payment.amount_minor - max(taken, payment.refunded_minor) - disputed if payment.is_credited else 0


def apply_refunds(
    *,
    payment: ProviderPayment,
    intent: PaymentIntent,
    fetched: Sequence[FetchedRefund],
    cause: Cause,
    now: datetime,
) -> None:
    """Settle what the provider says is refunded, in the transaction that locked the payment; each of them once."""
    for one in fetched:
        if not one.is_done or one.amount_minor <= 0:
            continue
        refund = _find_or_adopt(payment, one, now)
        if refund.state == RefundState.DONE:
            continue
        _post(intent, refund, one, cause, now)
        Refund.objects.filter(pk=refund.pk).update(
            state=RefundState.DONE, refund_id=one.id, retry_at=None, error="", settled_at=now
        )


def _find_or_adopt(payment: ProviderPayment, fetched: FetchedRefund, now: datetime) -> Refund:
    """Return the row of a refund: by its id, else the one that was sent and never heard of, else one found there."""
    rows = Refund.objects.select_for_update().filter(payment=payment)
    found = rows.filter(refund_id=fetched.id).first()
    if found is not None:
        return found
    sent = rows.filter(refund_id="", state=RefundState.REQUESTED, attempts__gt=0, amount_minor=fetched.amount_minor)
    return sent.order_by("pk").first() or Refund.objects.create(
        payment=payment,
        refund_id=fetched.id,
        key=f"found:{payment.provider}:{fetched.id}",
        amount_minor=fetched.amount_minor,
        reason="Refunded at the provider.",
        requested_at=now,
    )


def _post(intent: PaymentIntent, refund: Refund, fetched: FetchedRefund, cause: Cause, now: datetime) -> None:
    """Take what went back from whom it belonged to: the brand's own funds, else what is held."""
    kind, is_covered = _choose_source(intent, fetched.amount_minor)
    post_transfer(
        key=f"refund:{intent.provider}:{fetched.id}",
        legs=build_pair(intent, gains=AccountKind.PSP_CLEARING, loses=kind, amount_minor=fetched.amount_minor),
        cause=cause,
        now=now,
        may_overdraw=not is_covered,
    )
    if not is_covered:
        queue_alert(
            subject=f"Refund {fetched.id} was not covered",
            body="It was made at the provider and is more than the brand has left: its funds are negative.",
            now=now,
            dedup_key=f"refund-uncovered:{refund.pk}",
        )


def _choose_source(intent: PaymentIntent, amount_minor: int) -> tuple[AccountKind, bool]:
    if intent.purpose != PaymentPurpose.CAMPAIGN:
        return AccountKind.REVENUE, True
    for kind in (AccountKind.BRAND_FUNDING, AccountKind.HELD_FUNDS):
        if get_balance(open_intent_account(intent, kind)).available >= amount_minor:
            return kind, True
    return AccountKind.BRAND_FUNDING, False


def note_attempt(*, refund_id: int, now: datetime) -> Refund | None:
    """Claim a refund that is to be sent; None when it is done or somebody else just sends it."""
    with transaction.atomic(durable=True):
        rows = Refund.objects.filter(pk=refund_id, state=RefundState.REQUESTED)
        due = rows.filter(Q(retry_at=None) | Q(retry_at__lte=now))
        if not due.update(attempts=F("attempts") + 1, retry_at=now + timedelta(minutes=5)):
            return None
        return Refund.objects.select_related("payment__intent").get(pk=refund_id)


def note_failure(*, refund: Refund, error: str, is_final: bool, now: datetime) -> None:
    """Note why a refund was not made: tried again later, or given up with a notice."""
    wait = timedelta(minutes=5) * 2 ** min(refund.attempts, 8)
    with transaction.atomic(durable=True):
        open_rows = Refund.objects.filter(pk=refund.pk, state=RefundState.REQUESTED)
        if not is_final:
            open_rows.update(error=error[:300], retry_at=now + wait)
            return
        if open_rows.update(error=error[:300], retry_at=None, state=RefundState.FAILED):
            queue_alert(
                subject=f"Refund {refund.pk} was refused",
                body=f"The provider refused it: {error[:300]}. The money is in the brand's funds, not held.",
                now=now,
                dedup_key=f"refund-refused:{refund.pk}",
            )
