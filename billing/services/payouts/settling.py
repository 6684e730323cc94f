"""After the approval: sent to the bank, then confirmed or failed. Each happens once."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import Payout
from billing.payment_enums import CauseKind, PayoutState
from billing.services.ledger import Cause, post_pending, void_pending
from billing.services.payouts.deciding import lock_payout
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

SENT_EVENT, CONFIRMED_EVENT, FAILED_EVENT = "payout.sent", "payout.confirmed", "payout.failed"


@transaction.atomic(durable=True)
def send_payout(*, payout_id: int, actor: Any, bank_reference: str, reason: str, now: datetime) -> Payout:
    """Note that an approved payout was given to the bank. Publishes ``payout.sent`` {payout, creator, campaigns}.

    Raises:
        PayoutDecided: it is not approved, or sent already.
    """
    payout = lock_payout(payout_id, PayoutState.APPROVED)
    payout.state, payout.sent_at, payout.bank_reference = PayoutState.SENT, now, bank_reference[:120]
    payout.save(update_fields=["state", "sent_at", "bank_reference"])
    record_audit(actor=actor, action="payout.sent", target=payout, reason=reason, now=now)
    _tell(SENT_EVENT, payout)
    return payout


@transaction.atomic(durable=True)
def confirm_payout(*, payout_id: int, actor: Any, reason: str, now: datetime) -> Payout:
    """Note that the money has arrived: what was held is posted.

    Publishes ``payout.confirmed`` {payout, creator, campaigns}.

    Raises:
        PayoutDecided: it is not on its way.
    """
    payout = lock_payout(payout_id, PayoutState.SENT)
    post_pending(transfer=payout.transfer, cause=_build_cause(payout, actor, reason), now=now)
    return _end(payout, PayoutState.CONFIRMED, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def fail_payout(*, payout_id: int, actor: Any, reason: str, now: datetime) -> Payout:
    """Note that the bank sent the money back: it is payable again. Publishes ``payout.failed``.

    Raises:
        PayoutDecided: it is not on its way.
    """
    payout = lock_payout(payout_id, PayoutState.SENT)
    void_pending(transfer=payout.transfer, cause=_build_cause(payout, actor, reason), now=now)
    return _end(payout, PayoutState.FAILED, actor=actor, reason=reason, now=now)


def _build_cause(payout: Payout, actor: Any, reason: str) -> Cause:
    return Cause(kind=CauseKind.ACTOR, reference=f"payout {payout.reference}", actor=actor, reason=reason)


def _end(payout: Payout, state: PayoutState, *, actor: Any, reason: str, now: datetime) -> Payout:
    event = CONFIRMED_EVENT if state == PayoutState.CONFIRMED else FAILED_EVENT
    payout.state, payout.settled_at = state, now
    payout.save(update_fields=["state", "settled_at"])
    record_audit(actor=actor, action=event, target=payout, reason=reason, now=now)
    _tell(event, payout)
    return payout


def _tell(event: str, payout: Payout) -> None:
    refs = payout.transfer.postings.filter(amount_minor__lt=0).values_list("account__campaign_ref", flat=True)
    campaigns = sorted({one for one in refs if one is not None})
    payload = {"payout": payout.pk, "creator": payout.creator_id, "campaigns": campaigns}
    publish_event(name=event, payload=payload, key=str(payout.reference))
