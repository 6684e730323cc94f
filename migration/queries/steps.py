"""Which steps an operator may take on a dataset now, and why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from migration.enums import ParityState, Stage
from migration.models import BackfillRun, ParityMismatch, ParityRun
from migration.queries.status import DatasetStatus

BACKFILL_ALIVE = timedelta(seconds=30)  # a chunk takes far less
PARITY_ALIVE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class StepBlocks:
    """For each step the sentence that says why it is not possible now; empty where it is."""

    backfill: str
    check_parity: str
    reconcile: str
    cut_over: str
    roll_back: str


def explain_blocked_steps(*, status: DatasetStatus, now: datetime) -> StepBlocks:
    """Return why steps are blocked, as the services would refuse them, before anybody tries."""
    running = find_running_parity(name=status.dataset.name, now=now)
    return StepBlocks(
        backfill=_block_backfill(status, now),
        check_parity=_block_parity(status, running, now),
        reconcile=_block_reconcile(status),
        cut_over=_block_cut_over(status, running),
        roll_back="" if status.dataset.stage == Stage.CUTOVER else "Its reads are not on MongoDB.",
    )


def find_running_parity(*, name: str, now: datetime) -> ParityRun | None:
    """Return the parity run that is under way; one that began too long ago has lost its process."""
    running = ParityRun.objects.filter(dataset__name=name, state=ParityState.RUNNING)
    return running.filter(started_at__gt=now - PARITY_ALIVE).order_by("-pk").first()


def is_backfill_alive(*, run: BackfillRun | None, now: datetime) -> bool:
    """Tell whether a backfill is open and somebody has moved it lately."""
    return bool(run and run.finished_at is None and now - run.updated_at < BACKFILL_ALIVE)


def count_open_mismatches(*, run: ParityRun) -> dict[str, int]:
    """Return how many mismatches of a run are not yet sent for repair, by kind."""
    rows = ParityMismatch.objects.filter(run=run, repaired_at=None).values_list("kind").annotate(Count("pk"))
    return dict(rows.order_by("kind"))


def _block_backfill(status: DatasetStatus, now: datetime) -> str:
    if status.dataset.stage == Stage.OFF:
        return "Nothing is captured: switch USE_MONGO on first."
    if status.dataset.stage == Stage.CUTOVER:
        return "Its reads are on MongoDB: roll back first."
    return "A backfill is running." if is_backfill_alive(run=status.backfill, now=now) else ""


def _block_parity(status: DatasetStatus, running: ParityRun | None, now: datetime) -> str:
    if status.dataset.stage in (Stage.OFF, Stage.CAPTURE):
        return "Nothing was copied yet: backfill first."
    if status.dataset.stage == Stage.BACKFILL:
        return "The backfill is not finished: rows not yet copied would count as missing."
    if running:
        return f"A check is running since {(now - running.started_at).total_seconds():.0f} s."
    return ""


def _block_reconcile(status: DatasetStatus) -> str:
    if status.dataset.stage == Stage.OFF:
        return "Nothing is captured: the relay could not bring a repair."
    if status.parity is None:
        return "There is nothing to go by: check parity first."
    if status.parity.state != ParityState.DIFFERENT:
        return "The latest parity check found nothing to repair."
    return "" if count_open_mismatches(run=status.parity) else "Every mismatch was sent for repair: check parity again."


def _block_cut_over(status: DatasetStatus, running: ParityRun | None) -> str:
    if status.dataset.stage == Stage.CUTOVER:
        return "Its reads are on MongoDB already."
    if running:
        return "A parity check is running: wait for it."
    if status.parity is None or status.parity.state != ParityState.CLEAN:
        return "The latest parity check is not clean."
    return "" if status.dataset.stage == Stage.VERIFY else "It is not verified: check parity after the backfill."
