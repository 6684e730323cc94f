"""Verify chosen keys again after their repair."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from migration.models import ParityMismatch, ParityRun
from migration.registry import get_spec
from migration.services.verification import suspects
from migration.services.verification.comparing import Comparer
from migration.services.verification.generations import compare_foreign, compare_keys

PAGE = 1000
PAUSE_SECONDS = 0.1
WAIT_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class VerifiedKeys:
    """Mismatches that are right now, that still differ, and that are still on their way to MongoDB."""

    resolved: int = 0
    differing: int = 0
    waiting: int = 0


def verify_keys(
    *,
    run: ParityRun,
    clock: Callable[[], datetime],
    ids: Sequence[int] | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> VerifiedKeys:
    """Compare the mismatches of a run that were sent for repair (or those chosen) once the relay has brought them.

    Those that agree are marked resolved; the others keep what differs now. Keys the relay did not bring within
    ``wait_seconds`` are left as they are.

    Raises:
        PyMongoError: MongoDB is away.
    """
    comparer = Comparer(get_spec(run.dataset.name))
    found = ParityMismatch.objects.filter(run=run, resolved_at=None)
    found = found.exclude(repaired_at=None) if ids is None else found.filter(pk__in=ids)
    deadline, last, total = time.monotonic() + wait_seconds, 0, [0, 0, 0]
    while page := list(found.filter(pk__gt=last).order_by("pk")[:PAGE]):
        last = page[-1].pk
        total = [one + more for one, more in zip(total, _verify_page(comparer, page, deadline, clock), strict=True)]
    return VerifiedKeys(resolved=total[0], differing=total[1], waiting=total[2])


def _verify_page(
    comparer: Comparer, page: list[ParityMismatch], deadline: float, clock: Callable[[], datetime]
) -> tuple[int, int, int]:
    resolved, differing, seen = 0, 0, dict[int, str]()
    while page:
        page, done, stuck = _look(comparer, page, seen, now=clock())
        resolved, differing = resolved + done, differing + stuck
        if not page or time.monotonic() > deadline:
            break
        time.sleep(PAUSE_SECONDS)
    return resolved, differing, len(page)


def _look(
    comparer: Comparer, page: list[ParityMismatch], seen: dict[int, str], *, now: datetime
) -> tuple[list[ParityMismatch], int, int]:
    """Return what is still open, and how many were resolved and found to differ twice alike."""
    keys = [one.key for one in page if one.key is not None]
    waiting = suspects.list_waiting(comparer.spec, keys)
    found = {one.key: one for one in compare_keys(comparer, keys)}
    foreign = compare_foreign(comparer, [one.document_id for one in page if one.key is None])
    left: list[ParityMismatch] = []
    right: list[int] = []
    wrong: list[ParityMismatch] = []
    for one in page:
        difference = found.get(one.key) if one.key is not None else foreign.get(one.document_id)
        if difference is None:
            right.append(one.pk)
            continue
        is_certain = one.key not in waiting and seen.get(one.pk) == difference.versions
        seen[one.pk] = difference.versions
        one.kind, one.fields = difference.kind, list(difference.fields)
        one.differences, one.checked_at = difference.describe(comparer.spec), now
        (wrong if is_certain else left).append(one)
    ParityMismatch.objects.filter(pk__in=right).update(resolved_at=now, checked_at=now)
    ParityMismatch.objects.bulk_update(wrong, ["kind", "fields", "differences", "checked_at"], batch_size=200)
    return left, len(right), len(wrong)
