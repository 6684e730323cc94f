"""Parity in words and colours."""

from dataclasses import dataclass
from datetime import datetime

from migration.enums import ParityMode, ParityState, ParityTier
from migration.models import ParityRun
from migration.queries.agreement import format_agreement
from veri.console.formats import format_age, format_count

STATE_TONES = {
    ParityState.RUNNING: "info",
    ParityState.CLEAN: "good",
    ParityState.DIFFERENT: "bad",
    ParityState.UNSETTLED: "warn",
    ParityState.EMPTY: "warn",
    ParityState.FAILED: "bad",
}
ALMOST = 99.9


@dataclass(frozen=True, kw_only=True)
class ParityView:
    """One pass in words. ``percent`` is how far it has come while it runs, from an estimate."""

    run_id: int
    kind: str
    agreement: str
    state: str
    tone: str
    when: str
    by: str
    compared: str
    mismatched: int
    suspended: int
    error: str
    percent: float | None


def describe_pass(run: ParityRun, *, now: datetime) -> ParityView:
    is_running = run.finished_at is None
    return ParityView(
        run_id=run.pk,
        kind=say_kind(run),
        agreement=format_agreement(run) if not is_running else "—",
        state=run.get_state_display(),
        tone=STATE_TONES[ParityState(run.state)],
        when=_say_when(run, now),
        by=run.started_by,
        compared=_say_compared(run, is_running=is_running),
        mismatched=run.mismatched,
        suspended=run.suspended,
        error=run.error,
        percent=_estimate_percent(run) if is_running and run.state == ParityState.RUNNING else None,
    )


def say_kind(run: ParityRun) -> str:
    """Return what a pass looked at."""
    if run.tier == ParityTier.FAST:
        return "Fingerprints"
    if run.mode == ParityMode.SCOPE:
        return f"Creator {run.scope}"
    return {ParityMode.FULL: "Full", ParityMode.SAMPLE: "Sample", ParityMode.RECENT: "Last day"}[ParityMode(run.mode)]


def _say_when(run: ParityRun, now: datetime) -> str:
    if run.finished_at:
        return f"{format_age((now - run.finished_at).total_seconds())} ago"
    return f"since {format_age((now - run.started_at).total_seconds())}"


def _say_compared(run: ParityRun, *, is_running: bool) -> str:
    if is_running and run.mode == ParityMode.FULL and run.estimated_total:
        return f"{run.compared:,} of {format_count(run.estimated_total, is_estimate=True)}"
    return f"{run.compared:,}"


def _estimate_percent(run: ParityRun) -> float | None:
    if run.mode != ParityMode.FULL or not run.estimated_total:
        return None
    return ALMOST if run.is_walked else min(ALMOST, 100.0 * run.compared / run.estimated_total)
