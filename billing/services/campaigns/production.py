"""Production: started when signed and funded, handed in, changed, approved or approved by itself."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.campaign_enums import Action, DeliverableState, Side, SubmissionDecision
from billing.campaign_errors import InvalidTerms, MoveNotAllowed, RevisionRoundsUsedUp
from billing.campaign_terms import compute_end_of_day
from billing.locks import lock_collaboration
from billing.models import Collaboration, Deliverable, Submission
from billing.queries.campaigns.parties import CLOCK, Actor
from billing.services.campaigns.moving import move_collaboration, record_event
from billing.services.campaigns.notices import notify_side
from billing.services.campaigns.standing import lock_deliverable, move_deliverable, require_state

_OPEN = (DeliverableState.PLANNED, DeliverableState.CHANGES_REQUESTED)


@transaction.atomic(durable=True)
def start_production(*, collaboration: Collaboration, actor: Actor, now: datetime) -> Collaboration:
    """Begin the work.

    Raises:
        MoveNotPossible, MoveNotAllowed, GuardNotMet: not before it is signed and funded.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    return move_collaboration(collaboration=stored, action=Action.START, actor=actor, now=now)


@transaction.atomic(durable=True)
def submit_deliverable(
    *, deliverable: Deliverable, actor: Actor, now: datetime, url: str = "", text: str = "", sha256: str = ""
) -> Submission:
    """Hand in a version for review; the same one again returns the first. The review ends with a local day.

    Raises:
        InvalidTerms: nothing was handed in.
        MoveNotPossible, MoveNotAllowed: there is nothing to hand in, or it is not the creator's.
    """
    if not (url or text or sha256):
        raise InvalidTerms({"url": "A link, a text or a file's SHA-256 is needed."})
    stored = lock_deliverable(deliverable=deliverable)
    _require(actor, Side.CREATOR)
    waiting = _find_waiting(stored)
    if waiting is not None and (waiting.url, waiting.text, waiting.sha256) == (url, text, sha256):
        return waiting
    require_state(stored, *_OPEN)
    submission = Submission.objects.create(
        deliverable=stored,
        version=stored.submissions.count() + 1,
        url=url,
        text=text,
        sha256=sha256,
        submitted_by=actor.user,
        submitted_at=now,
    )
    move_deliverable(
        deliverable=stored, target=DeliverableState.SUBMITTED, action=Action.SUBMIT, actor=actor, now=now,
        review_due_at=_compute_review_end(stored.collaboration, now), facts={"version": submission.version},
    )  # fmt: skip
    return submission


@transaction.atomic(durable=True)
def request_changes(*, deliverable: Deliverable, actor: Actor, notes: str, now: datetime) -> Submission:
    """Send the latest version back with notes; each deliverable has the rounds the contract gives.

    Raises:
        RevisionRoundsUsedUp: it has had them.
        MoveNotPossible, MoveNotAllowed: nothing waits for review, or it is not the brand's.
    """
    stored = lock_deliverable(deliverable=deliverable)
    _require(actor, Side.BRAND)
    require_state(stored, DeliverableState.SUBMITTED)
    if stored.rounds_used >= stored.collaboration.revision_rounds:
        raise RevisionRoundsUsedUp(f"The {stored.collaboration.revision_rounds} agreed rounds of changes are used up.")
    submission = _decide(stored, SubmissionDecision.CHANGES, actor, now, notes=notes)
    move_deliverable(
        deliverable=stored, target=DeliverableState.CHANGES_REQUESTED, action=Action.REQUEST_CHANGES, actor=actor,
        now=now, rounds_used=stored.rounds_used + 1, review_due_at=None, facts={"version": submission.version},
    )  # fmt: skip
    return submission


@transaction.atomic(durable=True)
def approve_deliverable(*, deliverable: Deliverable, actor: Actor, now: datetime) -> Deliverable:
    """Approve the version that waits; of two approvals at once the second finds it approved.

    Raises:
        MoveNotPossible, MoveNotAllowed: nothing waits for review, or it is not the brand's.
    """
    stored = lock_deliverable(deliverable=deliverable)
    _require(actor, Side.BRAND)
    if stored.state == DeliverableState.APPROVED:
        return stored
    return _approve(stored, actor, now)


@transaction.atomic(durable=True)
def approve_overdue(*, deliverable: Deliverable, now: datetime) -> bool:
    """Approve what nobody reviewed in time; return whether it was so."""
    stored = lock_deliverable(deliverable=deliverable, waits=False)
    if stored.state != DeliverableState.SUBMITTED or stored.review_due_at is None or stored.review_due_at > now:
        return False
    _approve(stored, CLOCK, now)
    return True


@transaction.atomic(durable=True)
def note_late(*, deliverable: Deliverable, now: datetime) -> bool:
    """Note once that a deliverable is overdue, and tell both sides; return whether it was so."""
    stored = lock_deliverable(deliverable=deliverable, waits=False)
    if stored.state not in _OPEN or stored.late_noted_at is not None or stored.due_at > now:
        return False
    Deliverable.objects.filter(pk=stored.pk).update(late_noted_at=now)
    collaboration = stored.collaboration
    record_event(
        campaign=collaboration.campaign, collaboration=collaboration, action=Action.LATE, actor=CLOCK,
        state_from=collaboration.state, state_to=collaboration.state, facts={"deliverable": stored.pk}, now=now,
    )  # fmt: skip
    for side in (Side.CREATOR, Side.BRAND):
        notify_side(collaboration=collaboration, side=side, text=f"{stored.title} is overdue.", now=now)
    return True


def _approve(deliverable: Deliverable, actor: Actor, now: datetime) -> Deliverable:
    require_state(deliverable, DeliverableState.SUBMITTED)
    submission = _decide(deliverable, SubmissionDecision.APPROVED, actor, now)
    reason = "Nobody reviewed it in time." if actor.user is None else ""
    move_deliverable(
        deliverable=deliverable, target=DeliverableState.APPROVED, action=Action.APPROVE, actor=actor, reason=reason,
        now=now, review_due_at=None, facts={"version": submission.version},
    )  # fmt: skip
    return deliverable


def _decide(
    deliverable: Deliverable, decision: SubmissionDecision, actor: Actor, now: datetime, notes: str = ""
) -> Submission:
    submission = Submission.objects.get(deliverable=deliverable, decision=SubmissionDecision.WAITING)
    submission.decision, submission.decided_by, submission.decided_at = decision, actor.user, now
    submission.notes, submission.is_automatic = notes, actor.user is None
    submission.save(update_fields=["decision", "decided_by", "decided_at", "notes", "is_automatic"])
    return submission


def _find_waiting(deliverable: Deliverable) -> Submission | None:
    return Submission.objects.filter(deliverable=deliverable, decision=SubmissionDecision.WAITING).first()


def _compute_review_end(collaboration: Collaboration, now: datetime) -> datetime:
    zone = collaboration.campaign.timezone
    last = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=collaboration.review_days)
    return compute_end_of_day(day=last, zone=zone)


def _require(actor: Actor, side: Side) -> None:
    if actor.side != side:
        raise MoveNotAllowed(f"This is for the {side.label.lower()}.")
