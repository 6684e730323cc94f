"""Move datasets between stages: guards, compare-and-swap on ``(stage, epoch)``, audit."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from migration.enums import LIVE_STAGES, Guard, Stage
from migration.errors import GuardFailed, StageConflict
from migration.failpoints import reach
from migration.models import Dataset, RolloutPlan
from migration.queries.guards import GuardReading, read_guards
from migration.queries.routes import forget_routes
from migration.registry import get_spec, iterate_specs
from migration.services.outbox import empty_outbox
from migration.transitions import Transition, find_transition
from veri.platform.events.services.publish import publish_event
from veri.platform.ops.services.audit import record_audit

ASIDE = (Stage.PAUSED, Stage.ROLLED_BACK)


def create_route_rows(**_signal: Any) -> None:
    """Create the route row of every registered dataset; existing rows stay as they are."""
    Dataset.objects.bulk_create([Dataset(name=spec.name) for spec in iterate_specs()], ignore_conflicts=True)


def move_dataset(
    *,
    name: str,
    sources: Collection[Stage],
    target: Stage,
    actor: Any,
    reason: str,
    now: datetime,
    is_forced: bool = False,
) -> Dataset:
    """Move a dataset from one of ``sources`` to ``target`` inside the caller's transaction.

    The guards of the transition are read first; with ``is_forced`` they are only written down.

    Raises:
        StageConflict: it stands elsewhere, the table has no such step, or somebody moved it at the same time.
        GuardFailed: a guard does not hold; carries all readings.
    """
    get_spec(name)
    dataset = Dataset.objects.get(name=name)
    if dataset.stage not in sources:
        raise _refuse(dataset, target)
    transition = find_transition(name=name, source=Stage(dataset.stage), target=target)
    readings = _read(dataset, transition, now)
    if not is_forced:
        _require(name, target, readings)
    reach("stage.before_swap")
    _swap(dataset, target, now)
    reach("stage.after_swap")
    _record(dataset, target, actor=actor, reason=reason, readings=readings, is_forced=is_forced, now=now)
    publish_event(name="migration.stage_changed", key=name, payload={"dataset": name, "stage": target.value})
    transaction.on_commit(forget_routes)
    dataset.refresh_from_db()
    return dataset


def _refuse(dataset: Dataset, target: Stage) -> StageConflict:
    return StageConflict(
        f"{dataset.name} is {dataset.get_stage_display().lower()};"
        f" {target.label.lower()} is not possible from there, or somebody was faster."
    )


def _read(dataset: Dataset, transition: Transition, now: datetime) -> list[GuardReading]:
    if Guard.PREFLIGHT in transition.guards:
        from migration.services.preflight import run_preflight  # the driver loads only for this step

        run_preflight(dataset=dataset, now=now)
    return read_guards(dataset=dataset, guards=transition.guards, now=now)


def _require(name: str, target: Stage, readings: list[GuardReading]) -> None:
    failed = [one for one in readings if not one.is_ok]
    if failed:
        listed = " ".join(f"{one}. {one.finding.remedy}" for one in failed)
        raise GuardFailed(f"{name} cannot move to {target.label.lower()}: {listed}", readings=readings)


def _swap(dataset: Dataset, target: Stage, now: datetime) -> None:
    """Compare and swap on the stage and epoch that were read."""
    came_from = dataset.reached if target in ASIDE else ""
    changes: dict[str, Any] = {"stage": target, "came_from": came_from, "is_capturing": target != Stage.OFF}
    if target == Stage.CAPTURE and dataset.stage == Stage.OFF:
        changes |= {"captured_at": now, "captured_since": None}
    if target in (Stage.OFF, Stage.ROLLED_BACK):
        changes["read_percent"] = 0
    mine = Dataset.objects.filter(pk=dataset.pk, stage=dataset.stage, epoch=dataset.epoch)
    if not mine.update(epoch=F("epoch") + 1, stage_changed_at=now, **changes):
        raise _refuse(dataset, target)
    if target in (Stage.OFF, Stage.ROLLED_BACK, *LIVE_STAGES):
        RolloutPlan.objects.filter(dataset=dataset, finished_at=None).update(finished_at=now)


def _record(
    dataset: Dataset,
    target: Stage,
    *,
    actor: Any,
    reason: str,
    readings: list[GuardReading],
    is_forced: bool,
    now: datetime,
) -> None:
    record_audit(
        actor=actor,
        action=f"migration.dataset.{target.value}",
        target=dataset,
        reason=reason,
        before={"stage": dataset.stage, "epoch": dataset.epoch},
        after={
            "stage": target.value,
            "epoch": dataset.epoch + 1,
            "forced": is_forced,
            "guards": [one.describe() for one in readings],
        },
        now=now,
    )


def start_capture(*, actor: Any, reason: str, now: datetime) -> None:
    """Let the triggers of every dataset that is off write the outbox, inside the caller's transaction.

    From which transaction on everything is captured is only known after the commit: ``wait_for_capture`` notes it.
    """
    for dataset in Dataset.objects.filter(stage=Stage.OFF, is_held=False, name__in=_list_names()).order_by("pk"):
        move_dataset(name=dataset.name, sources=(Stage.OFF,), target=Stage.CAPTURE, actor=actor, reason=reason, now=now)


@transaction.atomic
def end_capture(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Return a dataset to OFF and drop what the outbox holds of it; a new start needs a new backfill.

    Raises:
        StageConflict: when it is off already.
    """
    sources = [one for one in Stage if one != Stage.OFF]
    dataset = move_dataset(name=name, sources=sources, target=Stage.OFF, actor=actor, reason=reason, now=now)
    dataset.backfills.filter(finished_at=None).update(finished_at=now)
    empty_outbox(dataset=name)
    return dataset


@transaction.atomic
def retire_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> bool:
    """End the capture of a dataset nothing uses any longer and forget its route; return whether it was ever captured.

    The row of one with archives stays, held. What MongoDB holds of it is the caller's to remove.
    """
    dataset = Dataset.objects.filter(name=name).first()
    if dataset is None:
        return False
    if dataset.stage != Stage.OFF:
        dataset = end_capture(name=name, actor=actor, reason=reason, now=now)
    record_audit(actor=actor, action="migration.dataset.retired", target=dataset, reason=reason, now=now)
    if dataset.archives.exists():
        Dataset.objects.filter(pk=dataset.pk).update(is_held=True)
    else:
        dataset.delete()
    return dataset.captured_at is not None


def _list_names() -> list[str]:
    return [spec.name for spec in iterate_specs()]
