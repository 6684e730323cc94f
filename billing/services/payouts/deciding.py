"""Four eyes: who approves a payout is not who proposed it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import Payout
from billing.payment_enums import CauseKind, PayoutState
from billing.payment_errors import FourEyesRequired, PayoutDecided
from billing.services.ledger import Cause, void_pending
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

APPROVED_EVENT = "payout.approved"


@transaction.atomic(durable=True)
def approve_payout(*, payout_id: int, actor: Any, reason: str, now: datetime) -> Payout:
    """Let a proposed payout be sent; two who approve at once are one approval and one refusal.

    Publishes ``payout.approved`` {payout}.

    Raises:
        FourEyesRequired: whoever proposed it, or is to get it, cannot approve it.
        PayoutDecided: it is not proposed any more.
    """
    payout = lock_payout(payout_id, PayoutState.PROPOSED)
    owner_id = payout.creator.owner_id if payout.creator else None
    if actor is None or actor.pk in {payout.proposed_by_id, owner_id}:
        raise FourEyesRequired("Another person has to approve this payout.")
    payout.state, payout.approved_by, payout.approved_at = PayoutState.APPROVED, actor, now
    payout.save(update_fields=["state", "approved_by", "approved_at"])
    record_audit(actor=actor, action="payout.approved", target=payout, reason=reason, now=now)
    publish_event(name=APPROVED_EVENT, payload={"payout": payout.pk}, key=str(payout.reference))
    return payout


@transaction.atomic(durable=True)
def cancel_payout(*, payout_id: int, actor: Any, reason: str, now: datetime) -> Payout:
    """Take a payout back before it is sent: its money is payable again.

    Raises:
        PayoutDecided: it is sent, or over.
    """
    payout = lock_payout(payout_id, PayoutState.PROPOSED, PayoutState.APPROVED)
    cause = Cause(kind=CauseKind.ACTOR, reference=f"payout {payout.reference}", actor=actor, reason=reason)
    void_pending(transfer=payout.transfer, cause=cause, now=now)
    payout.state, payout.settled_at = PayoutState.CANCELLED, now
    payout.save(update_fields=["state", "settled_at"])
    record_audit(actor=actor, action="payout.cancelled", target=payout, reason=reason, now=now)
    return payout


def lock_payout(payout_id: int, *states: PayoutState) -> Payout:
    """Return a payout in one of these states, locked.

    Raises:
        PayoutDecided: it is in another.
    """
    rows = Payout.objects.select_related("transfer").select_for_update(of=("self",))
    payout = rows.get(pk=payout_id)
    if payout.state not in states:
        raise PayoutDecided(f"The payout is {payout.get_state_display().lower()}.")
    return payout
