"""Disputes: while one is open nothing of its collaboration moves; staff divide what is held, to the cent."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from billing.campaign_enums import Action, CollaborationState, DeliverableState, DisputeState, Side
from billing.campaign_errors import InvalidTerms, MoveNotAllowed, MoveNotPossible, SplitDoesNotMatch
from billing.locks import lock_collaboration
from billing.models import Collaboration, Deliverable, Dispute, DisputeStatement, HeldRelease
from billing.money import Money
from billing.payment_enums import ReleaseState
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.moving import move_collaboration
from billing.services.campaigns.notices import notify_side
from billing.services.campaigns.refunding import cancel_deliverables, refund_set_aside
from billing.services.campaigns.releasing import build_cause, take_from_funded
from billing.services.held_funds import get_held, plan_release, release_held, void_release

LONGEST_STATEMENT = 10_000
_CLOCKED = ("review_due_at", "release_due_at", "due_at")


@transaction.atomic(durable=True)
def open_dispute(*, collaboration: Collaboration, actor: Actor, text: str, now: datetime) -> Dispute:
    """Open a dispute with what one side says; what is held for the collaboration stays held until it is decided.

    Raises:
        MoveNotPossible, MoveNotAllowed, GuardNotMet: nothing is held, or one is open already.
    """
    checked = _check_text(text)
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    came_from = stored.state
    move_collaboration(collaboration=stored, action=Action.DISPUTE, actor=actor, now=now)
    dispute = Dispute.objects.create(
        collaboration=stored, side=actor.side, opened_by=actor.user, opened_at=now, came_from=came_from
    )
    DisputeStatement.objects.create(dispute=dispute, side=actor.side, author=actor.user, text=checked, at=now)
    for side in (Side.BRAND, Side.CREATOR, Side.STAFF):
        if side != actor.side:
            notify_side(collaboration=stored, side=side, text="A dispute was opened.", now=now)
    return dispute


@transaction.atomic(durable=True)
def add_statement(*, dispute: Dispute, actor: Actor, text: str, now: datetime) -> DisputeStatement:
    """Add what a side says.

    Raises:
        InvalidTerms: nothing, or too much of it.
        MoveNotPossible: the dispute is decided.
    """
    checked = _check_text(text)
    stored = _lock(dispute)
    return DisputeStatement.objects.create(dispute=stored, side=actor.side, author=actor.user, text=checked, at=now)


@transaction.atomic(durable=True)
def resolve_dispute(
    *, dispute: Dispute, actor: Actor, released_minor: int, refunded_minor: int, reason: str, now: datetime
) -> Dispute:
    """Divide what is held for the collaboration between creator and brand; audited with the reason.

    Raises:
        MoveNotAllowed: staff decide.
        SplitDoesNotMatch: the parts are not what is held.
        MoveNotPossible: it is decided already, or the creator is gone and cannot be paid.
        FundsFrozen: the campaign's held funds are frozen.
    """
    stored = _lock(dispute)
    if actor.side != Side.STAFF or not reason.strip():
        raise MoveNotAllowed("Staff decide disputes, with a reason.")
    collaboration = stored.collaboration
    held = count_held(collaboration=collaboration)
    if min(released_minor, refunded_minor) < 0 or released_minor + refunded_minor != held:
        shown = Money(minor=held, currency=collaboration.currency)
        raise SplitDoesNotMatch(f"{shown} is held: what is released and refunded must sum to {held} minor units.")
    is_paid = released_minor or _was_released(collaboration)
    target = CollaborationState.RELEASED if is_paid else CollaborationState.REFUNDED
    facts = {"dispute": stored.pk, "released_minor": released_minor, "refunded_minor": refunded_minor}
    move_collaboration(
        collaboration=collaboration, action=Action.RESOLVE, actor=actor, reason=reason, target=target, facts=facts,
        now=now,
    )  # fmt: skip
    _void_planned(stored, actor, now)
    _pay_creator(stored, released_minor, actor, now)
    refund_set_aside(
        collaboration=collaboration, minor=refunded_minor, actor=actor, key=f"dispute:{stored.pk}", now=now
    )
    take_from_funded(collaboration=collaboration, minor=collaboration.funded_minor)  # what a chargeback took is gone
    cancel_deliverables(collaboration=collaboration)
    _end(stored, DisputeState.RESOLVED, actor, reason, now, released=released_minor, refunded=refunded_minor)
    return stored


@transaction.atomic(durable=True)
def withdraw_dispute(*, dispute: Dispute, actor: Actor, reason: str, now: datetime) -> Dispute:
    """Take a dispute back: the collaboration goes on where it stood, its days longer by as long as it rested.

    Raises:
        MoveNotAllowed: only the side that opened it, or staff.
        MoveNotPossible: it is decided already.
    """
    stored = _lock(dispute)
    if actor.side not in (stored.side, Side.STAFF):
        raise MoveNotAllowed("Whoever opened a dispute takes it back, or staff.")
    collaboration = stored.collaboration
    move_collaboration(
        collaboration=collaboration, action=Action.WITHDRAW, actor=actor, reason=reason,
        target=CollaborationState(stored.came_from), facts={"dispute": stored.pk}, now=now,
    )  # fmt: skip
    rested = now - stored.opened_at
    open_ones = Deliverable.objects.filter(collaboration=collaboration).exclude(state=DeliverableState.RELEASED)
    open_ones.update(**{name: F(name) + rested for name in _CLOCKED})
    _end(stored, DisputeState.WITHDRAWN, actor, reason, now)
    return stored


def count_held(*, collaboration: Collaboration) -> int:
    """Return the minor units to be divided: what was set aside, as far as a chargeback has left it."""
    return min(collaboration.funded_minor, max(0, get_held(collaboration.campaign_id).minor))


def _lock(dispute: Dispute) -> Dispute:
    collaboration = lock_collaboration(collaboration_id=dispute.collaboration_id)
    stored = Dispute.objects.get(pk=dispute.pk)
    stored.collaboration = collaboration
    if stored.state != DisputeState.OPEN:
        raise MoveNotPossible(f"The dispute is {stored.get_state_display().lower()} already.")
    return stored


def _was_released(collaboration: Collaboration) -> bool:
    return Deliverable.objects.filter(collaboration=collaboration, state=DeliverableState.RELEASED).exists()


def _void_planned(dispute: Dispute, actor: Actor, now: datetime) -> None:
    """Take back what was planned for milestones: the decision replaces it."""
    collaboration = dispute.collaboration
    milestones = Deliverable.objects.filter(collaboration=collaboration).values("pk")
    planned = HeldRelease.objects.filter(
        funds__campaign_ref=collaboration.campaign_id, milestone_ref__in=milestones, state=ReleaseState.PLANNED
    )
    cause = build_cause(actor, f"dispute {dispute.pk}")
    for milestone_ref in list(planned.values_list("milestone_ref", flat=True)):
        void_release(campaign_ref=collaboration.campaign_id, milestone_ref=milestone_ref, cause=cause, now=now)


def _pay_creator(dispute: Dispute, minor: int, actor: Actor, now: datetime) -> None:
    """Release the creator's part as one milestone, Veri's fee and the tax in proportion."""
    collaboration = dispute.collaboration
    if not minor:
        return
    if collaboration.creator is None:
        raise MoveNotPossible("The creator is not here any longer: what is held can only be refunded.")
    first = Deliverable.objects.filter(collaboration=collaboration).exclude(state=DeliverableState.RELEASED)
    milestone = first.order_by("position").values_list("pk", flat=True)[0]
    whole = collaboration.fee_minor or minor
    cause = build_cause(actor, f"dispute {dispute.pk}", "resolved")
    plan_release(
        campaign_ref=collaboration.campaign_id,
        milestone_ref=milestone,
        creator=collaboration.creator,
        gross=Money(minor=minor, currency=collaboration.currency),
        fee_minor=collaboration.platform_fee_minor * minor // whole,
        tax_minor=collaboration.tax_minor * minor // whole,
        release_at=now,
        cause=cause,
        now=now,
    )
    release_held(campaign_ref=collaboration.campaign_id, milestone_ref=milestone, cause=cause, now=now)
    take_from_funded(collaboration=collaboration, minor=minor)


def _end(
    dispute: Dispute, state: DisputeState, actor: Actor, reason: str, now: datetime, *,
    released: int | None = None, refunded: int | None = None,
) -> None:  # fmt: skip
    dispute.state, dispute.resolved_by, dispute.resolved_at, dispute.resolution = state, actor.user, now, reason[:500]
    dispute.released_minor, dispute.refunded_minor = released, refunded
    dispute.save()
    for side in (Side.BRAND, Side.CREATOR):
        text = "The dispute was decided." if state == DisputeState.RESOLVED else "The dispute was withdrawn."
        notify_side(collaboration=dispute.collaboration, side=side, text=text, now=now)


def _check_text(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_STATEMENT or "\0" in text:
        raise InvalidTerms({"text": f"1 to {LONGEST_STATEMENT} characters without NUL."})
    return text.strip()
