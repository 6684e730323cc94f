"""Release milestones: planned in the ledger when verified, posted when the brand says so or the days are over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from billing.campaign_enums import Action, DeliverableState, DisputeState, Side
from billing.campaign_errors import MoveNotAllowed, MoveNotPossible
from billing.campaign_fees import divide_amount
from billing.models import Collaboration, Deliverable
from billing.money import Money
from billing.payment_enums import CauseKind
from billing.queries.campaigns.parties import CLOCK, Actor
from billing.services.campaigns.standing import lock_deliverable, move_deliverable, require_state
from billing.services.held_funds import plan_release, release_held
from billing.services.ledger import Cause

LATER = timedelta(hours=1)


def build_cause(actor: Actor, reference: str, reason: str = "") -> Cause:
    """Return whom the ledger names for a movement of a campaign's money."""
    kind = CauseKind.ACTOR if actor.user is not None else CauseKind.SCHEDULE
    return Cause(kind=kind, reference=reference, actor=actor.user, reason=reason)


def compute_milestone_fee(*, deliverable: Deliverable) -> tuple[int, int]:
    """Return Veri's fee and the tax of a milestone: over all milestones they sum to the collaboration's."""
    collaboration = deliverable.collaboration
    rows = list(Deliverable.objects.filter(collaboration=collaboration).order_by("position"))
    shares, place = [one.share_minor for one in rows], [one.pk for one in rows].index(deliverable.pk)
    fee = divide_amount(amount=collaboration.platform_fee_minor, shares=shares)[place]
    return fee, divide_amount(amount=collaboration.tax_minor, shares=shares)[place]


def plan_milestone(*, deliverable: Deliverable, actor: Actor, release_at: datetime, now: datetime) -> None:
    """Set a verified milestone's money aside for its creator, inside the caller's transaction."""
    collaboration = deliverable.collaboration
    if not deliverable.share_minor:
        return
    if collaboration.creator is None:
        raise MoveNotPossible("The creator is not here any longer: staff decide about what is held.")
    fee_minor, tax_minor = compute_milestone_fee(deliverable=deliverable)
    plan_release(
        campaign_ref=collaboration.campaign_id,
        milestone_ref=deliverable.pk,
        creator=collaboration.creator,
        gross=Money(minor=deliverable.share_minor, currency=collaboration.currency),
        fee_minor=fee_minor,
        tax_minor=tax_minor,
        release_at=release_at,
        cause=build_cause(actor, f"deliverable {deliverable.pk} verified"),
        now=now,
    )


@transaction.atomic(durable=True)
def release_milestone(*, deliverable: Deliverable, actor: Actor, now: datetime, reason: str = "") -> Deliverable:
    """Release a verified milestone to the creator's balance; of two releases at once one is made.

    Raises:
        MoveNotPossible, MoveNotAllowed: it is not verified, a dispute is open, or it is not this side's to release.
        FundsFrozen: the campaign's held funds are frozen.
    """
    stored = lock_deliverable(deliverable=deliverable)
    if actor.side not in (Side.BRAND, Side.STAFF):
        raise MoveNotAllowed("This is for the brand.")
    if stored.state == DeliverableState.RELEASED:
        return stored
    return _release(stored, actor, reason, now)


@transaction.atomic(durable=True)
def release_due(*, deliverable: Deliverable, now: datetime) -> bool:
    """Release a milestone whose days are over; return whether it was so."""
    stored = lock_deliverable(deliverable=deliverable, waits=False)
    is_due = stored.release_due_at is not None and stored.release_due_at <= now
    if stored.state != DeliverableState.VERIFIED or not is_due:
        return False
    _release(stored, CLOCK, "The days for review are over.", now)
    return True


@transaction.atomic(durable=True)
def postpone_release(*, deliverable: Deliverable, now: datetime) -> None:
    """Let a release that was refused be tried again later, so that it holds up no other."""
    Deliverable.objects.filter(pk=deliverable.pk, state=DeliverableState.VERIFIED).update(release_due_at=now + LATER)


def _release(deliverable: Deliverable, actor: Actor, reason: str, now: datetime) -> Deliverable:
    require_state(deliverable, DeliverableState.VERIFIED)
    collaboration = deliverable.collaboration
    if collaboration.disputes.filter(state=DisputeState.OPEN).exists():
        raise MoveNotPossible("A dispute is open.")
    if deliverable.share_minor:
        release_held(
            campaign_ref=collaboration.campaign_id,
            milestone_ref=deliverable.pk,
            cause=build_cause(actor, f"deliverable {deliverable.pk} released", reason),
            now=now,
        )
        take_from_funded(collaboration=collaboration, minor=deliverable.share_minor)
    move_deliverable(
        deliverable=deliverable, target=DeliverableState.RELEASED, action=Action.RELEASE, actor=actor, reason=reason,
        now=now, facts={"amount_minor": deliverable.share_minor}, released_at=now, release_due_at=None,
    )  # fmt: skip
    return deliverable


def take_from_funded(*, collaboration: Collaboration, minor: int) -> None:
    """Note that a part of what was set aside is held no longer."""
    Collaboration.objects.filter(pk=collaboration.pk).update(funded_minor=F("funded_minor") - minor)
    collaboration.funded_minor -= minor
