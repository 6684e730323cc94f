"""How far a backfill has come, and how long it may still take."""

from dataclasses import dataclass

from migration.enums import BackfillPhase
from migration.models import BackfillRun


@dataclass(frozen=True, kw_only=True)
class BackfillProgress:
    """Rows copied; ``estimated_total`` and ``eta_seconds`` are estimates, from the cursor's place among the keys.

    ``eta_seconds`` is None while nothing moves, or when nothing is known yet.
    """

    copied: int
    estimated_total: int
    is_finished: bool
    phase: BackfillPhase
    rows_per_second: float = 0.0
    eta_seconds: float | None = None
    waiting_because: str = ""
    problem: str = ""

    @property
    def percent(self) -> float:
        """Return how much is copied, 0 to 100; 100 only once the copy is complete."""
        if self.phase != BackfillPhase.COPYING:
            return 100.0
        return min(99.9, 100.0 * self.copied / self.estimated_total) if self.estimated_total else 0.0


def describe_backfill(run: BackfillRun) -> BackfillProgress:
    """Return the progress of a run as it was last written."""
    is_copying = run.phase == BackfillPhase.COPYING and run.finished_at is None
    remaining = _estimate_remaining(run) if is_copying else 0
    moves = is_copying and run.rows_per_second > 0 and not run.waiting_because
    return BackfillProgress(
        copied=run.copied,
        estimated_total=run.copied + remaining,
        is_finished=run.finished_at is not None,
        phase=BackfillPhase(run.phase),
        rows_per_second=run.rows_per_second,
        eta_seconds=remaining / run.rows_per_second if moves else None,
        waiting_because=run.waiting_because,
        problem=run.problem,
    )


def _estimate_remaining(run: BackfillRun) -> int:
    """Estimate by the density of the keys behind the cursor; before anything is copied by the planner's figure."""
    if run.first_key is None or run.last_key is None:
        return 0
    done = run.cursor - run.first_key + 1
    if not run.copied or done <= 0:
        return run.estimated_total
    return max(0, round(run.copied * (run.last_key - run.cursor) / done))
