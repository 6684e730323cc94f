"""Collaborations that end before anything is held."""

from datetime import datetime

from django.db import transaction

from billing.campaign_enums import Action, CollaborationState, OfferState
from billing.campaign_transitions import AGREED_STATES, OPEN_OFFER_STATES
from billing.locks import lock_collaboration
from billing.models import Campaign, Collaboration, Offer
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.moving import move_collaboration
from billing.services.campaigns.refunding import cancel_deliverables, refund_set_aside

_CANCELLABLE = (CollaborationState.DRAFT, CollaborationState.BRIEFED, *OPEN_OFFER_STATES, *AGREED_STATES)


@transaction.atomic(durable=True)
def cancel_collaboration(*, collaboration: Collaboration, actor: Actor, reason: str, now: datetime) -> Collaboration:
    """End a collaboration before its work began; open offers go with it.

    What is held for one whose terms were changed after funding goes back to the brand.

    Raises:
        MoveNotPossible, MoveNotAllowed: funds are held (that is a refund), or it is not this side's to end.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    return _cancel(stored, actor, reason, now)


def cancel_what_is_not_held(*, campaign: Campaign, actor: Actor, reason: str, now: datetime) -> int:
    """Cancel a campaign's collaborations that hold nothing, inside the caller's transaction; return how many."""
    rows = campaign.collaborations.select_for_update(of=("self",)).filter(state__in=_CANCELLABLE).order_by("pk")
    found = list(rows)
    for one in found:
        one.campaign = campaign
        _cancel(one, actor, reason, now)
    return len(found)


def _cancel(collaboration: Collaboration, actor: Actor, reason: str, now: datetime) -> Collaboration:
    moved = move_collaboration(collaboration=collaboration, action=Action.CANCEL, actor=actor, reason=reason, now=now)
    Offer.objects.filter(collaboration=moved, state=OfferState.OPEN).update(state=OfferState.WITHDRAWN, decided_at=now)
    refund_set_aside(collaboration=moved, minor=moved.funded_minor, actor=actor, key="cancelled", now=now)
    cancel_deliverables(collaboration=moved)
    return moved
