"""Move datasets between stages: compare-and-swap on ``(stage, epoch)``, audited."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from migration.enums import ParityState, Stage
from migration.errors import StageConflict
from migration.models import Dataset, OutboxRow, ParityRun
from migration.queries.routes import forget_routes
from migration.registry import get_spec, iterate_specs
from veri.platform.ops.services.audit import record_audit

STARTED = (Stage.CAPTURE, Stage.BACKFILL, Stage.CATCHUP, Stage.VERIFY, Stage.CUTOVER)


def create_route_rows(**_signal: Any) -> None:
    """Create the route row of every registered dataset; existing rows stay as they are."""
    Dataset.objects.bulk_create([Dataset(name=spec.name) for spec in iterate_specs()], ignore_conflicts=True)


def move_dataset(
    *, name: str, sources: tuple[Stage, ...], target: Stage, actor: Any, reason: str, now: datetime
) -> Dataset:
    """Move a dataset from one of ``sources`` to ``target`` inside the caller's transaction.

    Raises:
        StageConflict: when it stands elsewhere, or somebody moved it at the same time.
    """
    get_spec(name)
    dataset = Dataset.objects.get(name=name)
    swapped = dataset.stage in sources and Dataset.objects.filter(
        name=name, stage=dataset.stage, epoch=dataset.epoch
    ).update(stage=target, epoch=F("epoch") + 1, is_capturing=target != Stage.OFF, stage_changed_at=now)
    if not swapped:
        raise StageConflict(
            f"{name} is {dataset.get_stage_display().lower()}; {target.label.lower()} is not possible from there."
        )
    record_audit(
        actor=actor,
        action=f"migration.dataset.{target.value}",
        target=dataset,
        reason=reason,
        before={"stage": dataset.stage, "epoch": dataset.epoch},
        after={"stage": target.value, "epoch": dataset.epoch + 1},
        now=now,
    )
    transaction.on_commit(forget_routes)
    dataset.refresh_from_db()
    return dataset


def start_capture(*, actor: Any, reason: str, now: datetime) -> None:
    """Let the triggers of every dataset that is off write the outbox, inside the caller's transaction.

    From which transaction on everything is captured is only known after the commit: ``wait_for_capture`` notes it.
    """
    for dataset in Dataset.objects.filter(stage=Stage.OFF).order_by("pk"):
        move_dataset(name=dataset.name, sources=(Stage.OFF,), target=Stage.CAPTURE, actor=actor, reason=reason, now=now)
        Dataset.objects.filter(pk=dataset.pk).update(captured_since=None)


def stop_capture(*, actor: Any, reason: str, now: datetime) -> None:
    """Return every dataset to OFF and drop what the outbox still holds; a new start needs a new backfill."""
    for dataset in Dataset.objects.exclude(stage=Stage.OFF).order_by("pk"):
        move_dataset(name=dataset.name, sources=STARTED, target=Stage.OFF, actor=actor, reason=reason, now=now)
        dataset.backfills.filter(finished_at=None).update(finished_at=now)
        OutboxRow.objects.filter(dataset=dataset.name).delete()


@transaction.atomic(durable=True)
def cut_over_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Allow reads of a verified dataset from MongoDB.

    Raises:
        StageConflict: when it is not verified or its latest parity run is not clean.
    """
    latest = ParityRun.objects.filter(dataset__name=name).order_by("-pk").first()
    if latest is None or latest.state != ParityState.CLEAN:
        raise StageConflict(f"{name} cannot be cut over: its latest parity run is not clean.")
    return move_dataset(name=name, sources=(Stage.VERIFY,), target=Stage.CUTOVER, actor=actor, reason=reason, now=now)


@transaction.atomic(durable=True)
def roll_back_dataset(*, name: str, actor: Any, reason: str, now: datetime) -> Dataset:
    """Return a dataset's reads to PostgreSQL; nothing is copied, since PostgreSQL has every write.

    Raises:
        StageConflict: when its reads are not on MongoDB.
    """
    return move_dataset(name=name, sources=(Stage.CUTOVER,), target=Stage.VERIFY, actor=actor, reason=reason, now=now)
