"""What a backfill copied is compared before its dataset goes on: counts, a sample, everything of the last day."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from migration.errors import RowNotMappable
from migration.models import BackfillRun, CaptureHeartbeat, Dataset, OutboxRow
from migration.models.dataset import LOWEST_KEY
from migration.registry import DatasetSpec, get_spec
from migration.stores import documents, rows

SEGMENT = 2000
RECENT = timedelta(days=1)
RECHECK_SECONDS = 10.0
LISTED = 5


@dataclass
class _Validation:
    compared: int = 0
    recent: int = 0
    suspects: set[int] = field(default_factory=set)


def validate_copy(*, run: BackfillRun, clock: Callable[[], datetime], on_progress: Callable[[], None]) -> BackfillRun:
    """Compare what was copied and keep the result in the run; ``problem`` is empty when both stores agree.

    Counts of both sides may differ by what is on its way. Of the rows a share (``MIGRATION_VALIDATE_SHARE``) is
    compared field by field, and every row written within the last day. Keys that differ are looked at again until
    they agree, or for ten seconds; keys on their way or in quarantine are the relay's, not the copy's.

    Raises:
        PyMongoError: MongoDB is away.
    """
    spec = get_spec(run.dataset.name)
    found = _Validation()
    for segment in _walk(spec, mark=find_version_mark(dataset=run.dataset, now=clock())):
        found.compared += len(segment.rows)
        found.recent += segment.recent
        found.suspects |= _compare(spec, segment.rows)
        on_progress()
    wrong = _recheck(spec, found.suspects)
    counts, off = _compare_counts(spec)
    run.row_count, run.document_count = counts
    run.validated, run.validated_recent = found.compared, found.recent
    run.problem = _describe(wrong, counts, off)
    run.save(update_fields=["row_count", "document_count", "validated", "validated_recent", "problem"])
    return run


def find_version_mark(*, dataset: Dataset, now: datetime) -> int:
    """Return a version every row written within the last day is above; 0, below every version, when none is known.

    Heartbeats say which versions were given when. A dataset captured for less than a day has none that is old enough:
    then every row may be of the last day.
    """
    before = CaptureHeartbeat.objects.filter(dataset=dataset, sent_at__lte=now - RECENT).order_by("-sent_at").first()
    return before.version if before else 0
