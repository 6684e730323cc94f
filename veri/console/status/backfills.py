"""A backfill in words and, while it runs, in percent."""

from dataclasses import dataclass
from datetime import datetime

from migration.enums import BackfillPhase, Stage
from migration.models import BackfillRun, Dataset
from migration.queries.backfills import BackfillProgress, describe_backfill
from migration.queries.steps import is_backfill_alive
from veri.console.formats import format_age, format_count, format_rate


@dataclass(frozen=True, kw_only=True)
class BackfillView:
    """``percent`` is None when nothing runs; ``lines`` are further facts, ``problem`` what the comparison found."""

    sentence: str
    percent: float | None
    tone: str
    lines: list[tuple[str, str]]
    waiting: str = ""
    problem: str = ""


def describe_copy(run: BackfillRun | None, *, dataset: Dataset, now: datetime) -> BackfillView:
    """Return how far the latest backfill came; totals and the time left are estimates and say so."""
    if run is None:
        return BackfillView(sentence="never", percent=None, tone="quiet", lines=[])
    progress = describe_backfill(run)
    if progress.is_finished:
        return _describe_ended(run, progress, now)
    is_alive = is_backfill_alive(run=run, now=now)
    silent = format_age((now - run.updated_at).total_seconds())
    waiting = progress.waiting_because or ("" if is_alive else f"No progress for {silent}: its worker may be gone.")
    if dataset.stage == Stage.PAUSED:
        waiting = "The dataset is paused."
    return BackfillView(
        sentence=_say_progress(run, progress),
        percent=progress.percent,
        tone="warn" if waiting else "info",
        lines=_list_lines(run, progress),
        waiting=waiting,
        problem=progress.problem,
    )


def _describe_ended(run: BackfillRun, progress: BackfillProgress, now: datetime) -> BackfillView:
    ended = run.finished_at or now
    word = "stopped" if run.problem or run.phase != BackfillPhase.DONE else "ended"
    sentence = f"{run.copied:,} rows, {word} {format_age((now - ended).total_seconds())} ago"
    tone = "good" if word == "ended" else "bad"
    return BackfillView(
        sentence=sentence, percent=None, tone=tone, lines=_list_lines(run, progress), problem=run.problem
    )


def _say_progress(run: BackfillRun, progress: BackfillProgress) -> str:
    if progress.phase != BackfillPhase.COPYING:
        return f"{run.copied:,} rows copied; now: {progress.phase.label.lower()}"
    of = f" of {format_count(progress.estimated_total, is_estimate=True)}" if progress.estimated_total else ""
    left = f", about {format_age(progress.eta_seconds)} left" if progress.eta_seconds is not None else ""
    rate = f", {format_rate(progress.rows_per_second)}" if progress.rows_per_second else ""
    return f"{run.copied:,}{of} rows so far{rate}{left}"


def _list_lines(run: BackfillRun, progress: BackfillProgress) -> list[tuple[str, str]]:
    facts = [
        ("Phase", progress.phase.label),
        ("Rows and documents at its end", _say_counts(run)),
        ("Compared after the copy", f"{run.validated:,} rows, {run.validated_recent:,} of the last day"),
        ("Orphans handed to the relay", f"{run.orphans:,}"),
        ("Refused by MongoDB", f"{run.refused:,}"),
    ]
    return [(name, value) for name, value in facts if value and value[:2] not in ("0", "0 ")]


def _say_counts(run: BackfillRun) -> str:
    if run.row_count is None or run.document_count is None:
        return ""
    return f"{run.row_count:,} and {run.document_count:,}"
