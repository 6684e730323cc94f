"""How well a dataset is proven, as a colour and a sentence. Whatever was not proven is never green."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings

from migration.enums import COPIED_STAGES, READ_STAGES, MismatchOutcome, ParityMode, ParityState, ParityTier
from migration.models import Dataset, ParityMismatch, ParityRun
from migration.queries.agreement import format_agreement
from migration.queries.status import get_latest_parity

LEAST_PERCENT = 99.0  # below, parity is red
ALIVE = timedelta(seconds=90)  # a pass at work is heard of far more often


class Colour(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class ParityHealth:
    """The colour, why, and the full deep pass it goes by."""

    colour: Colour
    sentence: str
    run: ParityRun | None = None


def get_parity_health(*, dataset: Dataset, now: datetime) -> ParityHealth:
    """Judge a dataset by its latest full deep pass since the latest backfill.

    Green only when that pass compared something, found every key alike and is fresh. Below 99 % is red. A pass that
    never ran, failed, ended early, compared nothing or is old is amber; red when creators read this dataset from
    MongoDB.
    """
    if dataset.reached not in COPIED_STAGES:
        return ParityHealth(colour=Colour.AMBER, sentence="Nothing was copied yet.")
    unproven = Colour.RED if dataset.reached in READ_STAGES else Colour.AMBER
    run = get_latest_parity(name=dataset.name)
    if run is None or run.finished_at is None:
        return ParityHealth(colour=unproven, sentence="Never verified since the latest backfill.")
    sentence = _explain_unproven(run, now)
    if sentence:
        return ParityHealth(colour=unproven, sentence=sentence, run=run)
    later = count_found_since(run=run)
    if later:
        sentence = f"A later pass found {later:,} to differ."
        return ParityHealth(colour=unproven, sentence=sentence, run=run)
    if run.state == ParityState.CLEAN:
        return ParityHealth(colour=Colour.GREEN, sentence=f"All {run.compared:,} keys agree.", run=run)
    colour = Colour.RED if run.percent < LEAST_PERCENT else Colour.AMBER
    return ParityHealth(colour=colour, sentence=_describe_difference(run), run=run)


def find_running_pass(*, name: str, now: datetime) -> ParityRun | None:
    """Return the pass somebody is at; one nobody was heard of for 90 seconds has lost its process."""
    running = ParityRun.objects.filter(dataset__name=name, state=ParityState.RUNNING, updated_at__gt=now - ALIVE)
    return running.order_by("-pk").first()


def get_latest_fast_pass(*, name: str) -> ParityRun | None:
    """Return the latest finished pass over stored fingerprints; it trusts the writers and proves nothing alone."""
    fast = ParityRun.objects.filter(dataset__name=name, tier=ParityTier.FAST, mode=ParityMode.FULL)
    return fast.exclude(finished_at=None).order_by("-pk").first()


def count_persistent(*, run: ParityRun) -> int:
    """Return how many keys of a run persistently differ and were not proven right since."""
    return ParityMismatch.objects.filter(run=run, outcome=MismatchOutcome.MISMATCH, resolved_at=None).count()


def count_found_since(*, run: ParityRun) -> int:
    """Return how many keys later passes of any kind found to differ that nobody has proven right since."""
    later = ParityMismatch.objects.filter(run__dataset=run.dataset_id, run__gt=run.pk, resolved_at=None)
    return later.filter(outcome=MismatchOutcome.MISMATCH).count()


def _explain_unproven(run: ParityRun, now: datetime) -> str:
    """Say why a finished pass proves nothing; empty when it does."""
    if run.state in (ParityState.FAILED, ParityState.RUNNING):
        return f"The latest pass failed: {run.error}."
    if run.state == ParityState.EMPTY or not run.compared:
        return "The latest pass found nothing to compare."
    fresh = timedelta(seconds=settings.MIGRATION.parity_fresh_seconds)
    if run.finished_at is not None and now - run.finished_at > fresh:
        return f"The latest pass is of {run.finished_at:%Y-%m-%d %H:%M}, older than {fresh}."
    return ""


def _describe_difference(run: ParityRun) -> str:
    parts = [f"{run.mismatched:,} of {run.compared:,} keys differ ({format_agreement(run)} agree)"]
    if run.suspended:
        parts.append(f"{run.suspended:,} kept changing and could not be judged")
    return f"{'; '.join(parts)}."
