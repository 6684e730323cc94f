"""Tasks: made by staff, handed in by creators, proved by platforms or judged by a person, paid in points once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from creators.enums import SubmissionState, TaskRuleKind
from creators.errors import (
    LinkNotUnderstood,
    ReviewNotAllowed,
    SubmissionAlreadyReviewed,
    TaskAlreadySubmitted,
    TaskNotFulfilled,
    TaskNotOpen,
)
from creators.models import Creator, Task, TaskSubmission, User
from creators.queries.games.streaks import list_zone_spans
from creators.queries.games.tasks import (
    find_audience_platforms,
    find_evidence,
    find_linked_item,
    is_in_audience,
    list_open_tasks,
    list_tasks,
)
from creators.services.games.points import NewPoints, award_points
from creators.streak_rules import find_day
from creators.task_rules import check_task, find_period, read_link
from veri.platform.ops.services.audit import record_audit

TASK_CAUSE = "task"
_RULED = {"rule_kind", "rule"}


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What became of a submission's check: approved with its evidence, or waiting for a person."""

    state: SubmissionState
    evidence: dict[str, Any]


def insert_task(*, task: Task, acting_user: User, now: datetime, reason: str) -> None:
    """Store a new task, audited, inside the caller's transaction.

    Raises:
        InvalidTask: its rule or audience breaks a rule.
        IntegrityError: ``task_code_unique``; the caller's transaction is broken.
    """
    check_task(rule_kind=task.rule_kind, rule=task.rule, audience=task.audience)
    task.created_at = task.updated_at = now
    task.save(force_insert=True)
    record_audit(actor=acting_user, action="task.created", target=task, reason=reason, after=_describe(task), now=now)


def apply_task_changes(*, task: Task, acting_user: User, now: datetime, reason: str, **fields: Any) -> Task:
    """Change a task, audited, inside the caller's transaction; a change of its rule is a new version of it.

    Raises:
        InvalidTask: its rule or audience breaks a rule.
    """
    stored = Task.objects.select_for_update().get(pk=task.pk)
    before = _describe(stored)
    for name, value in fields.items():
        setattr(stored, name, value)
    check_task(rule_kind=stored.rule_kind, rule=stored.rule, audience=stored.audience)
    if _RULED & fields.keys():
        stored.rule_version += 1
    stored.updated_at = now
    stored.save()
    record_audit(
        actor=acting_user, action="task.updated", target=stored, reason=reason, before=before,
        after=_describe(stored), now=now,
    )  # fmt: skip
    return stored


def submit_task(*, creator: Creator, code: str, now: datetime, link: str = "", note: str = "") -> TaskSubmission:
    """Hand a task in; what platforms prove is approved and paid at once, the rest waits for review.

    Raises:
        Task.DoesNotExist: unknown.
        TaskNotOpen: not open, or not for this creator.
        TaskAlreadySubmitted: handed in for this period already.
        TaskNotFulfilled: the evidence is not there yet; nothing is stored.
        LinkNotUnderstood: the link leads to no item of a known platform.
    """
    try:
        with transaction.atomic(durable=True):
            return _submit(creator, code, link=link, note=note, now=now)
    except IntegrityError as error:
        if _name_constraint(error) == "task_submission_held_unique":
            raise TaskAlreadySubmitted("This task was handed in for this period already.") from error
        raise


def complete_evidence_tasks(*, creator_id: int, now: datetime) -> int:
    """Approve the open tasks that platforms' records fulfil by themselves; return how many were new."""
    creator = Creator.objects.filter(pk=creator_id, is_active=True).first()
    if creator is None:
        return 0
    if not list_tasks(now=now).filter(rule_kind=TaskRuleKind.EVIDENCE).exists():
        return 0
    done = 0
    for one in list_open_tasks(creator=creator, now=now):
        held = one.submission is not None and one.submission.state != SubmissionState.REFUSED
        if one.task.rule_kind != TaskRuleKind.EVIDENCE or held:
            continue
        try:
            with transaction.atomic(durable=True):
                _store(creator, one.task, one.period, _prove(creator, one.task, "", now), now)
        except (TaskNotFulfilled, IntegrityError):
            continue
        done += 1
    return done


@transaction.atomic(durable=True)
def review_submission(
    *, submission_id: int, is_approved: bool, acting_user: User, reason: str, now: datetime
) -> TaskSubmission:
    """Decide on what waits, audited; an approval pays in the same transaction. Of two reviewers the first decides.

    Raises:
        TaskSubmission.DoesNotExist: unknown.
        SubmissionAlreadyReviewed: somebody decided before; nothing is changed.
        ReviewNotAllowed: the reviewer owns the creator.
    """
    found = TaskSubmission.objects.select_related("task", "creator").get(pk=submission_id)
    if found.creator.owner_id == acting_user.pk:
        raise ReviewNotAllowed("Nobody reviews what he handed in himself.")
    state = SubmissionState.APPROVED if is_approved else SubmissionState.REFUSED
    taken = TaskSubmission.objects.filter(pk=submission_id, state=SubmissionState.WAITING).update(
        state=state, reviewed_at=now, reviewer=acting_user, reviewer_label=acting_user.get_username(), reason=reason
    )
    found.refresh_from_db()
    if not taken:
        raise SubmissionAlreadyReviewed(
            f"{found.reviewer_label or 'Somebody'} decided first: {found.get_state_display()}."
        )
    if is_approved:
        _pay(found, now)
    record_audit(
        actor=acting_user, action=f"task_submission.{state.value}", target=found, reason=reason,
        before={"state": SubmissionState.WAITING.value}, after={"state": state.value}, now=now,
    )  # fmt: skip
    return found


def _submit(creator: Creator, code: str, *, link: str, note: str, now: datetime) -> TaskSubmission:
    task = Task.objects.select_for_update(no_key=True).get(code=code)
    if not list_tasks(now=now).filter(pk=task.pk).exists():
        raise TaskNotOpen("This task is not open.")
    if not is_in_audience(task=task, creator=creator, platforms=find_audience_platforms(creator=creator)):
        raise TaskNotOpen("This task is not for this creator: see its audience.")
    spans = list_zone_spans(creator_id=creator.pk, zone=creator.timezone)
    period = find_period(repeat=task.repeat, today=find_day(at=now, spans=spans))
    held = TaskSubmission.objects.filter(creator=creator, task=task, period=period)
    if held.exclude(state=SubmissionState.REFUSED).exists():
        raise TaskAlreadySubmitted("This task was handed in for this period already.")
    return _store(creator, task, period, _prove(creator, task, link, now), now, link=link, note=note)


def _prove(creator: Creator, task: Task, link: str, now: datetime) -> Proof:
    if task.rule_kind == TaskRuleKind.STAFF:
        return Proof(state=SubmissionState.WAITING, evidence={})
    if task.rule_kind == TaskRuleKind.LINK:
        if not link:
            raise LinkNotUnderstood("A link is required.")
        item = find_linked_item(creator_id=creator.pk, rule=task.rule, link=read_link(link), now=now)
        if item is None:
            raise TaskNotFulfilled("The link leads to nothing this creator published on a connected account that fits.")
        return Proof(state=SubmissionState.APPROVED, evidence={"content_ids": [str(item.pk)]})
    found = find_evidence(creator_id=creator.pk, rule=task.rule, now=now, since=_find_since(creator, task, now))
    if not found.is_enough:
        raise TaskNotFulfilled(f"{len(found.content_ids)} of {found.wanted} published so far.")
    return Proof(state=SubmissionState.APPROVED, evidence={"content_ids": [str(pk) for pk in found.content_ids]})


def _find_since(creator: Creator, task: Task, now: datetime) -> datetime:
    """Return from when on items count: since the task opened, and of a task that repeats not those paid before."""
    last = TaskSubmission.objects.filter(creator=creator, task=task, state=SubmissionState.APPROVED)
    paid = last.order_by("-submitted_at").values_list("submitted_at", flat=True).first()
    return max(task.opens_at, paid) if paid else task.opens_at


def _store(
    creator: Creator, task: Task, period: str, proof: Proof, now: datetime, *, link: str = "", note: str = ""
) -> TaskSubmission:
    stored = TaskSubmission.objects.create(
        task=task,
        creator=creator,
        period=period,
        state=proof.state,
        rule_version=task.rule_version,
        link=link,
        note=note,
        evidence=proof.evidence,
        submitted_at=now,
        reviewed_at=now if proof.state == SubmissionState.APPROVED else None,
        reviewer_label="platform evidence" if proof.state == SubmissionState.APPROVED else "",
    )
    if proof.state == SubmissionState.APPROVED:
        _pay(stored, now)
    return stored


def _pay(submission: TaskSubmission, now: datetime) -> None:
    entry = NewPoints(
        creator_id=submission.creator_id,
        cause_kind=TASK_CAUSE,
        cause_id=f"{submission.task_id}:{submission.period}",
        points=submission.task.points,
        at=submission.submitted_at,
    )
    award_points(entries=[entry], now=now)


def _describe(task: Task) -> dict[str, Any]:
    names = ("code", "title", "rule_kind", "rule", "rule_version", "points", "repeat", "audience", "is_active")
    instants = {
        name: value.isoformat() if (value := getattr(task, name)) else None for name in ("opens_at", "closes_at")
    }
    return {**{name: getattr(task, name) for name in names}, **instants}


def _name_constraint(error: IntegrityError) -> str:
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
