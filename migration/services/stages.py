"""What an operator asks of a dataset's stage: promote, pause, resume, roll back, by force where it must be."""

from datetime import datetime
from typing import Any

from django.db import transaction

from migration.enums import LADDER, Stage
from migration.errors import ForceNotAllowed, StageConflict
from migration.models import Dataset
from migration.registry import get_spec
from migration.services.changes import lock_dataset, record_change, require_reason
from migration.services.datasets import end_capture, move_dataset
from migration.services.rollouts import start_canary
from migration.transitions import find_next

FORCE = "migration.force_dataset"


@transaction.atomic(durable=True)
def promote_dataset(
    *, name: str, actor: Any, reason: str, now: datetime, target: Stage | None = None, is_forced: bool = False
) -> Dataset:
    """Move a dataset one stage up, when every guard of the step holds.

    ``target`` names the stage that is expected: whoever was slower is told, instead of taking the step after it. A
    rolled back dataset goes to VERIFY. Entering CANARY writes the default rollout plan where there is none.

    Raises:
        ReasonMissing, StageConflict, GuardFailed, ForceNotAllowed: nothing is changed.
    """
    require_reason(reason)
    if is_forced:
        _require_force(actor)
    dataset = Dataset.objects.get(name=get_spec(name).name)
    goal = _find_goal(dataset)
    if target is not None and target != goal:
        raise StageConflict(f"{name} is {dataset.get_stage_display().lower()}: its next step is {goal.label.lower()}.")
    if goal in (Stage.BACKFILL, Stage.CATCHUP):
        raise StageConflict(f"{name} moves to {goal.label.lower()} by its backfill: start or resume that.")
    sources = (Stage(dataset.stage),)
    moved = move_dataset(
        name=name, sources=sources, target=goal, actor=actor, reason=reason, now=now, is_forced=is_forced
    )
    if goal == Stage.CANARY:
        start_canary(dataset=moved, actor=actor, now=now)
        moved.refresh_from_db()
    return moved


def _find_goal(dataset: Dataset) -> Stage:
    if dataset.stage == Stage.ROLLED_BACK:
        return Stage.VERIFY
    step = find_next(Stage(dataset.stage))
    if step is None:
        raise StageConflict(f"{dataset.name} is {dataset.get_stage_display().lower()}: there is no step up from there.")
    return step.target


@transaction.atomic(durable=True)
def pause_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Set a dataset aside: backfill, verification, shadow reads and rollout rest, reads come from PostgreSQL.

    Capture and relay go on, so that nothing is lost and nothing grows old.

    Raises:
        ReasonMissing, StageConflict: nothing is changed.
    """
    require_reason(reason)
    get_spec(name)
    return move_dataset(name=name, sources=LADDER[1:], target=Stage.PAUSED, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def resume_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Return a paused dataset to the stage it stood in.

    Raises:
        ReasonMissing, StageConflict, GuardFailed: nothing is changed.
    """
    require_reason(reason)
    dataset = Dataset.objects.get(name=get_spec(name).name)
    if dataset.stage != Stage.PAUSED:
        raise StageConflict(f"{name} is {dataset.get_stage_display().lower()}, not paused.")
    target = dataset.reached
    return move_dataset(name=name, sources=(Stage.PAUSED,), target=target, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def roll_back_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Return a dataset's reads to PostgreSQL; nothing is copied, since PostgreSQL has every write.

    Raises:
        ReasonMissing, StageConflict: nothing is changed.
    """
    require_reason(reason)
    sources = (*LADDER[1:], Stage.PAUSED)
    get_spec(name)
    return move_dataset(name=name, sources=sources, target=Stage.ROLLED_BACK, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def throttle_dataset(*, name: str, rows_per_second: int, actor: Any, reason: str, now: datetime) -> Dataset:
    """Limit backfill and verification of a dataset, from their next chunk on; 0 lifts the limit.

    Raises:
        ReasonMissing: nothing is changed.
    """
    require_reason(reason)
    dataset = lock_dataset(name)
    before, dataset.rows_per_second = dataset.rows_per_second, rows_per_second
    dataset.save(update_fields=["rows_per_second"])
    record_change(
        dataset=dataset, action="throttle", actor=actor, reason=reason, before=before, after=rows_per_second, now=now
    )
    return dataset


@transaction.atomic(durable=True)
def start_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Begin to capture a dataset that is off, also one that is held off.

    Raises:
        ReasonMissing, StageConflict, GuardFailed: nothing is changed.
    """
    require_reason(reason)
    Dataset.objects.filter(name=get_spec(name).name).update(is_held=False)
    return move_dataset(name=name, sources=(Stage.OFF,), target=Stage.CAPTURE, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def stop_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Return a dataset to OFF and hold it there; a new start needs a new backfill.

    Raises:
        ReasonMissing, StageConflict: nothing is changed.
    """
    require_reason(reason)
    dataset = end_capture(name=name, actor=actor, reason=reason, now=now)
    Dataset.objects.filter(pk=dataset.pk).update(is_held=True)
    dataset.refresh_from_db()
    return dataset


def _require_force(actor: Any) -> None:
    """Let accounts force only with their permission; a shell has the machine already."""
    if hasattr(actor, "has_perm") and not actor.has_perm(FORCE):
        raise ForceNotAllowed(f"Forcing a step needs the permission {FORCE}.")
