"""Look at suspects again, generation after generation, until each is certain.

A key is a mismatch only when it differs with the same versions of row and document as in an earlier look, while the
outbox held nothing for it before the document was read again: whatever the row is, the relay had brought it. A key
that keeps changing never fulfils this; in the end it is suspended. When the relay does not get on at all, what it
leaves lying is a mismatch: a relay that stands still is no excuse.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from migration.enums import MismatchOutcome
from migration.failpoints import reach
from migration.models import ParityRun, ParitySuspect
from migration.services.verification import suspects
from migration.services.verification.comparing import Comparer, build_foreign
from migration.services.verification.differences import Difference
from migration.services.verification.durability import hold_lazily
from migration.services.verification.pacing import Pace
from migration.stores import raw_documents, rows

MOST_GENERATIONS = 60
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0


@dataclass
class _Progress:
    """When anything last moved: suspects settled, or the relay's place in the outbox."""

    patience: float
    mark: tuple[int, int | None] = (-1, None)
    moved_at: float = field(default_factory=time.monotonic)

    def note(self, mark: tuple[int, int | None]) -> None:
        if mark != self.mark:
            self.mark, self.moved_at = mark, time.monotonic()

    @property
    def has_stopped(self) -> bool:
        return time.monotonic() - self.moved_at >= self.patience


def settle(comparer: Comparer, run: ParityRun, pace: Pace, *, patience: float, clock: Callable[[], datetime]) -> bool:
    """Look at a run's suspects until each is certain; return False when the time is over before that.

    ``patience`` are the seconds without any progress after which the rest is judged as it is.
    """
    progress, pause = _Progress(patience=patience), FIRST_PAUSE_SECONDS
    while not suspects.is_settled(run):
        left = _look_again(comparer, run, pace)
        with hold_lazily():
            ParityRun.objects.filter(pk=run.pk).update(generation=F("generation") + 1, updated_at=clock())
        run.refresh_from_db(fields=["generation"])
        reach("verify.settled")
        relay_mark = suspects.read_relay_mark(comparer.spec)
        progress.note((left, relay_mark))
        if progress.has_stopped or run.generation >= MOST_GENERATIONS:
            _give_up(run, is_relay_idle=relay_mark is None or progress.has_stopped)
            return True
        if left and pace.is_over:
            return False
        if left:
            time.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 1.5)
    return True


def _look_again(comparer: Comparer, run: ParityRun, pace: Pace) -> int:
    """Look at every open suspect once; return how many are still open."""
    left = 0
    pace.begin()
    for page in suspects.iterate_open(run):
        left += _look_at(comparer, page)
        if len(page) == suspects.PAGE:  # a few are looked at before they change again
            pace.spend(len(page))
    return left


def _look_at(comparer: Comparer, page: Sequence[ParitySuspect]) -> int:
    keys = [one.key for one in page if one.key is not None]
    waiting = suspects.list_waiting(comparer.spec, keys)
    found = {one.key: one for one in compare_keys(comparer, keys)}
    foreign = compare_foreign(comparer, [one.document_id for one in page if one.key is None])
    still: list[ParitySuspect] = []
    gone: list[ParitySuspect] = []
    for one in page:
        difference = found.get(one.key) if one.key is not None else foreign.get(one.document_id)
        if difference is None:
            gone.append(one)
            continue
        is_certain = one.key not in waiting and one.versions == difference.versions
        suspects.update(comparer.spec, one, difference, is_certain=is_certain)
        still.append(one)
    with hold_lazily():
        suspects.acquit(gone)
        suspects.save(still)
    return sum(not one.outcome for one in still)


def compare_foreign(comparer: Comparer, document_ids: Sequence[str]) -> dict[str, Difference]:
    """Return the differences of those foreign documents that are still there, by id."""
    found = raw_documents.find_foreign(comparer.spec, document_ids=set(document_ids))
    return {name: build_foreign(raw) for name, raw in found.items()}


def compare_keys(comparer: Comparer, keys: Sequence[int]) -> list[Difference]:
    """Compare single keys: documents are read first, so that a row written in between looks stale, not bent."""
    if not keys:
        return []
    stored = raw_documents.fetch_keys(comparer.spec, keys=keys)
    return comparer.compare(rows.read_rows(comparer.spec, keys=keys), stored)


def _give_up(run: ParityRun, *, is_relay_idle: bool) -> None:
    """Judge what is left: stuck keys differ when nobody brings them; those that moved, or may still, are suspended."""
    left = ParitySuspect.objects.filter(run=run, outcome="")
    if is_relay_idle:
        left.filter(changes=0).update(outcome=MismatchOutcome.MISMATCH)
    left.update(outcome=MismatchOutcome.SUSPENDED)
