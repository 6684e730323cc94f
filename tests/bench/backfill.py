"""A backfill up to its indexes, beside raw PyMongo upserts of the same documents into the same server; then its check.

The validation that follows a copy compares rows, which no raw upsert does: it has a line of its own.
"""

import time
from dataclasses import dataclass, field

from django.utils import timezone

from creators.datasets import INTERACTIONS
from migration.enums import BackfillPhase
from migration.queries.backfills import BackfillProgress
from migration.services.backfill import run_backfill
from tests.bench.measuring import Figure, at_least, compare, interleave, time_call
from tests.bench.relay import fill_interactions, index_raw, map_interactions, upsert_raw
from veri.platform.connections.mongo import get_database

ROWS = 20_000  # enough for opening and closing a run to weigh little, as in a real one
ROUNDS = 5
TARGET = at_least(0.6)


@dataclass
class _Stopwatch:
    """Notes when the copy had its indexes and the comparison began."""

    started: float = field(default_factory=time.perf_counter)
    validating_at: float = 0.0

    def note(self, progress: BackfillProgress) -> None:
        if progress.phase == BackfillPhase.VALIDATING and not self.validating_at:
            self.validating_at = time.perf_counter()


def measure() -> list[Figure]:
    fill_interactions(ROWS)
    documents = map_interactions(ROWS)
    checks: list[float] = []
    copied, raw, raw_indexed = interleave(
        rounds=ROUNDS,
        runs=[
            lambda: _copy(checks),
            lambda: upsert_raw(documents),
            lambda: upsert_raw(documents) + time_call(index_raw),
        ],
    )
    return [
        compare(
            name=f"backfill of {ROWS:,} interactions, with its indexes",
            value=ROWS / copied,
            unit="rows/s",
            reference_name="documents/s raw upserts, no indexes",
            reference=ROWS / raw,
            ratio=TARGET,
        ),
        compare(
            name="the same beside raw upserts that are indexed afterwards",
            value=ROWS / copied,
            unit="rows/s",
            reference_name="documents/s raw upserts, then indexes",
            reference=ROWS / raw_indexed,
        ),
        Figure(name="comparing every row of the copy", value=ROWS / sorted(checks)[len(checks) // 2], unit="rows/s"),
    ]


def _copy(checks: list[float]) -> float:
    """Return the seconds until the copy had its indexes; what the comparison took is added to ``checks``."""
    get_database().drop_collection(INTERACTIONS.collection)
    watch = _Stopwatch()
    run = run_backfill(
        name=INTERACTIONS.name, actor="bench", reason="bench", clock=timezone.now, on_progress=watch.note
    )
    ended = time.perf_counter()
    assert (run.copied, run.validated, run.problem) == (ROWS, ROWS, "")
    assert get_database()[INTERACTIONS.collection].count_documents({}) == ROWS
    checks.append(ended - watch.validating_at)
    return watch.validating_at - watch.started
