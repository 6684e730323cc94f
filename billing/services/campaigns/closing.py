"""What comes after the release: the payout's confirmation, the close, the ratings."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from billing.campaign_enums import Action, CollaborationState, Side
from billing.campaign_errors import AlreadyRated, GuardNotMet, InvalidTerms, MoveNotAllowed, MoveNotPossible
from billing.locks import lock_collaboration
from billing.models import Collaboration, Rating
from billing.models.disputes import MOST_STARS
from billing.queries.campaigns.parties import CLOCK, PROVIDER, Actor
from billing.queries.campaigns.ratings import RATING_DAYS
from billing.services.campaigns.moving import move_collaboration

CLOSE_AFTER = timedelta(days=3)
LONGEST_RATING = 2_000


def note_paid_out(*, payout_id: int, creator_id: int, campaign_ids: Sequence[int], now: datetime) -> int:
    """Move the released collaborations a confirmed payout was for; return how many. Again moves none."""
    rows = Collaboration.objects.filter(
        campaign__in=list(campaign_ids), creator=creator_id, state=CollaborationState.RELEASED
    )
    return sum(_note_paid_out(pk, payout_id, now) for pk in list(rows.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic(durable=True)
def _note_paid_out(collaboration_id: int, payout_id: int, now: datetime) -> bool:
    stored = lock_collaboration(collaboration_id=collaboration_id)
    if stored.state != CollaborationState.RELEASED:
        return False
    try:
        move_collaboration(
            collaboration=stored, action=Action.PAY, actor=PROVIDER, facts={"payout": payout_id}, now=now
        )
    except GuardNotMet:  # a part is still payable: a later payout moves it
        return False
    return True


@transaction.atomic(durable=True)
def close_collaboration(
    *, collaboration: Collaboration, actor: Actor, now: datetime, reason: str = ""
) -> Collaboration:
    """Close what was paid out: from now on both sides may rate.

    Raises:
        MoveNotPossible, MoveNotAllowed: it is not paid out.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    return move_collaboration(collaboration=stored, action=Action.CLOSE, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def close_due(*, collaboration: Collaboration, now: datetime) -> bool:
    """Close by itself what was paid out days ago; return whether it was so."""
    stored = lock_collaboration(collaboration_id=collaboration.pk, waits=False)
    if stored.state != CollaborationState.PAID or stored.state_changed_at > now - CLOSE_AFTER:
        return False
    move_collaboration(collaboration=stored, action=Action.CLOSE, actor=CLOCK, now=now)
    return True


@transaction.atomic(durable=True)
def rate_collaboration(
    *, collaboration: Collaboration, actor: Actor, stars: int, now: datetime, text: str = ""
) -> Rating:
    """Rate the other side, once, within two weeks of the close: afterwards ratings are seen.

    Raises:
        AlreadyRated: this side has.
        MoveNotPossible, MoveNotAllowed: it is not closed, the weeks are over, or neither side asks.
        InvalidTerms: not 1 to 5 stars.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    if actor.side not in (Side.BRAND, Side.CREATOR):
        raise MoveNotAllowed("The brand and the creator rate each other.")
    if isinstance(stars, bool) or not 1 <= stars <= MOST_STARS:
        raise InvalidTerms({"stars": f"1 to {MOST_STARS}."})
    if len(text) > LONGEST_RATING or "\0" in text:
        raise InvalidTerms({"text": f"At most {LONGEST_RATING} characters without NUL."})
    if stored.state != CollaborationState.CLOSED or now >= stored.state_changed_at + timedelta(days=RATING_DAYS):
        raise MoveNotPossible(f"Ratings are given within {RATING_DAYS} days of the close.")
    if Rating.objects.filter(collaboration=stored, side=actor.side).exists():
        raise AlreadyRated("This side has rated.")
    return Rating.objects.create(
        collaboration=stored, side=actor.side, stars=stars, text=text, rated_by=actor.user, rated_at=now
    )
