"""What a backfill copied is compared before its dataset goes on: counts, a sample, everything of the last day."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from migration.models import BackfillRun, OutboxRow
from migration.models.dataset import LOWEST_KEY
from migration.queries.version_marks import get_version_mark
from migration.registry import DatasetSpec, get_spec
from migration.services.relay import UNMAPPABLE
from migration.stores import documents, rows

SEGMENT = 2000
RECENT = timedelta(days=1)
RECHECK_SECONDS = 10.0
RECHECK_PAUSE = 0.2
LISTED = 5


def validate_copy(*, run: BackfillRun, clock: Callable[[], datetime], on_progress: Callable[[], None]) -> BackfillRun:
    """Compare what was copied and keep the result in the run; ``problem`` is empty when both stores agree.

    Counts of both sides may differ by what is on its way. Of the rows a share (``MIGRATION_VALIDATE_SHARE``) is
    compared field by field, and every row written within the last day. Without a version mark that is a day old every
    row may be, and all are compared. Keys that differ are looked at again until they agree, or for ten seconds; keys
    on their way or in quarantine are the relay's, not the copy's.

    Raises:
        PyMongoError: MongoDB is away.
    """
    spec = get_spec(run.dataset.name)
    mark = get_version_mark(before=clock() - RECENT)
    suspects: set[int] = set()
    run.validated = run.validated_recent = 0
    for segment in _walk(spec, mark=mark, seed=run.pk):
        run.validated += len(segment)
        run.validated_recent += sum(row["version"] > mark for row in segment.values())
        suspects |= _compare(spec, segment)
        on_progress()
    wrong = _recheck(spec, suspects)
    run.row_count, run.document_count, off = _compare_counts(spec)
    run.problem = _describe(wrong, run.row_count, run.document_count, off)
    run.save(update_fields=["row_count", "document_count", "validated", "validated_recent", "problem"])
    return run


def _walk(spec: DatasetSpec, *, mark: int, seed: int) -> Iterator[dict[int, dict[str, Any]]]:
    """Yield segments of the rows to compare, lowest keys first; rows that cannot be read are in quarantine."""
    cursor = LOWEST_KEY
    chosen = rows.Chosen(share=settings.MIGRATION.validate_share, above_version=mark, seed=seed)
    while True:
        segment = rows.read_chosen(spec, after=cursor, limit=SEGMENT, chosen=chosen)
        keys = segment.rows.keys() | segment.unreadable.keys()
        if not keys:
            return
        yield segment.rows
        cursor = max(keys)


def _compare(spec: DatasetSpec, found: dict[int, dict[str, Any]]) -> set[int]:
    """Return the keys whose documents do not say what their rows say."""
    stored = documents.read_documents(spec, keys=list(found))
    return {key for key, row in found.items() if key not in stored or _differs(spec, row, stored[key])}


def _differs(spec: DatasetSpec, row: dict[str, Any], document: dict[str, Any]) -> bool:
    try:
        return bool(spec.mapper.compare(row, document))
    except UNMAPPABLE:
        return True


def _recheck(spec: DatasetSpec, suspects: set[int]) -> set[int]:
    """Return the keys that keep differing with nothing on its way to them."""
    deadline = time.monotonic() + RECHECK_SECONDS
    while suspects and time.monotonic() < deadline:
        suspects = _look_again(spec, suspects)
        on_their_way = _list_on_their_way(spec, suspects)
        if not on_their_way:
            return _look_again(spec, suspects)
        time.sleep(RECHECK_PAUSE)
    return suspects - _list_on_their_way(spec, suspects)


def _look_again(spec: DatasetSpec, keys: set[int]) -> set[int]:
    """Compare single keys; one without a row is no mistake of the copy: its delete was captured."""
    listed = sorted(keys)
    parts = (listed[start : start + SEGMENT] for start in range(0, len(listed), SEGMENT))
    return {key for part in parts for key in _compare(spec, rows.read_rows(spec, keys=part).rows)}


def _list_on_their_way(spec: DatasetSpec, keys: set[int]) -> set[int]:
    waiting = OutboxRow.objects.filter(dataset=spec.name, key__in=[0, *keys]).values_list("key", flat=True)
    found = set(waiting)
    return set(keys) if 0 in found else keys & found


def _compare_counts(spec: DatasetSpec) -> tuple[int, int, int]:
    """Return the numbers of rows and documents, and by how much they differ beyond what may be on its way.

    On its way is what the outbox holds, quarantine included, and every version given while counting.
    """
    waiting, version = count_waiting(spec), rows.read_latest_version()
    counted, stored = rows.count_rows(spec), documents.count_live(spec)
    moving = waiting + count_waiting(spec) + rows.read_latest_version() - version
    return counted, stored, max(0, abs(counted - stored) - moving)


def count_waiting(spec: DatasetSpec) -> int:
    return OutboxRow.objects.filter(dataset=spec.name).count()


def _describe(wrong: set[int], counted: int, stored: int, off: int) -> str:
    problems = []
    if wrong:
        listed = ", ".join(str(key) for key in sorted(wrong)[:LISTED])
        problems.append(f"{len(wrong):,} compared rows differ, like {listed}")
    if off:
        problems.append(f"PostgreSQL has {counted:,} rows, MongoDB {stored:,} documents")
    return f"The copy does not agree: {'; '.join(problems)}. Start the backfill again." if problems else ""
