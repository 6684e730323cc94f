"""Which steps an operator may take on a dataset now, and why not: said as the services would refuse them."""

from datetime import datetime, timedelta

from django.db.models import Count

from migration.enums import (
    COPIED_STAGES,
    LIVE_STAGES,
    READ_STAGES,
    Flag,
    MismatchOutcome,
    ParityMode,
    ParityState,
    ParityTier,
    Stage,
)
from migration.models import BackfillRun, Dataset, ParityMismatch, ParityRun
from migration.queries.flags import read_flag
from migration.queries.parity_health import ALIVE as PASS_ALIVE
from migration.queries.status import get_latest_parity
from migration.transitions import TRANSITIONS

BACKFILL_ALIVE = timedelta(seconds=30)  # a chunk takes far less
MONGO_OFF = "USE_MONGO is off: switch it on, on the Flags page."
_REFUSALS = {
    Stage.PAUSED: "There is nothing to pause: it is {stage}.",
    Stage.ROLLED_BACK: "Its reads come from PostgreSQL already: it is {stage}.",
    Stage.OFF: "It is off already.",
}


def explain_aside(*, dataset: Dataset, target: Stage) -> str:
    """Return why a dataset cannot be paused, rolled back or stopped now; nothing where it can."""
    if (Stage(dataset.stage), target) in TRANSITIONS:
        return ""
    return _REFUSALS[target].format(stage=dataset.get_stage_display().lower())


def explain_start(*, dataset: Dataset) -> str:
    if dataset.stage != Stage.OFF:
        return "It was started already."
    return "" if read_flag(Flag.USE_MONGO) else MONGO_OFF


def explain_resume(*, dataset: Dataset) -> str:
    if dataset.stage != Stage.PAUSED:
        return "It is not paused."
    return "" if read_flag(Flag.USE_MONGO) else MONGO_OFF


def explain_backfill(*, dataset: Dataset, run: BackfillRun | None, now: datetime) -> str:
    if dataset.stage == Stage.OFF:
        return "Nothing is captured: start it first."
    if dataset.stage == Stage.PAUSED:
        return "It is paused: resume it first."
    if dataset.stage in READ_STAGES:
        return "Its reads are on MongoDB: roll back first."
    if is_backfill_alive(run=run, now=now):
        return "A backfill is running."
    return "" if read_flag(Flag.USE_MONGO) else MONGO_OFF


def explain_verify(*, dataset: Dataset, running: ParityRun | None, now: datetime) -> str:
    if dataset.stage == Stage.PAUSED:
        return "It is paused: resume it first."
    if dataset.reached not in COPIED_STAGES:
        return "Not everything is copied yet: rows on their way would count as missing."
    if running:
        return f"A full pass is running since {(now - running.started_at).total_seconds():.0f} s."
    return ""


def find_running_full_pass(*, dataset: Dataset, now: datetime) -> ParityRun | None:
    """Return the pass over every key's content that somebody is at; shorter passes hold nobody up."""
    running = ParityRun.objects.filter(dataset=dataset, state=ParityState.RUNNING, updated_at__gt=now - PASS_ALIVE)
    return running.filter(tier=ParityTier.DEEP, mode=ParityMode.FULL).order_by("-pk").first()


def explain_repair(*, dataset: Dataset, runs: list[ParityRun]) -> str:
    if dataset.stage == Stage.OFF:
        return "Nothing is captured: the relay could not bring a repair."
    return "" if runs else "No open mismatch is known: verify to look for some."


def explain_rollout(*, dataset: Dataset) -> str:
    return "Every creator reads MongoDB already." if dataset.stage in LIVE_STAGES else ""


def explain_archive(*, dataset: Dataset) -> str:
    return "" if dataset.stage == Stage.DONE else "An archive is for datasets that are done."


def is_backfill_alive(*, run: BackfillRun | None, now: datetime) -> bool:
    """Tell whether a backfill is open and somebody has moved it lately."""
    return bool(run and run.finished_at is None and now - run.updated_at < BACKFILL_ALIVE)


def list_repairable_runs(*, dataset: Dataset) -> list[ParityRun]:
    """Return the passes whose persistent mismatches wait for repair: the latest full deep one and later ones."""
    waiting = ParityMismatch.objects.filter(outcome=MismatchOutcome.MISMATCH, repaired_at=None, resolved_at=None)
    latest = get_latest_parity(name=dataset.name)
    runs = ParityRun.objects.filter(dataset=dataset, pk__in=waiting.values("run")).select_related("dataset")
    return list((runs.filter(pk__gte=latest.pk) if latest else runs).order_by("pk"))


def count_open_mismatches(*, run: ParityRun) -> dict[str, int]:
    """Return how many mismatches of a run are neither sent for repair nor resolved, by kind."""
    rows = ParityMismatch.objects.filter(run=run, repaired_at=None, resolved_at=None)
    return dict(rows.values_list("kind").annotate(Count("pk")).order_by("kind"))
