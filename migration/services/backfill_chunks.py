"""One chunk of a backfill: read and mapped ahead in a thread, written under the run's lock.

Reading ahead is safe beside concurrent writes because a chunk carries nothing but versions that were current once:

- a row updated after it was read is captured; whichever of the two writes comes last, the guard keeps the newer one;
- a row deleted after it was read is captured as a delete of a higher version, whose tombstone the late write meets;
- a row inserted behind the cursor is captured, the relay brings it;
- a TRUNCATE leaves no tombstones. The writer therefore locks the table against one and compares the table's file
  number with the reader's: after a TRUNCATE the chunk is thrown away;
- a dataset that was returned to OFF meanwhile, and so was not captured, has ended the run, which the writer refuses.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from django.db import ProgrammingError, connection, transaction
from django.db.models import F

from migration.enums import Stage
from migration.errors import StageConflict
from migration.failpoints import reach
from migration.mapping.mapper import Document
from migration.models import BackfillRun, Dataset
from migration.registry import DatasetSpec
from migration.services.enqueue import enqueue_upserts
from migration.services.relay import map_rows
from migration.stores import documents, ledger, rows
from migration.stores.schema import require_schema


class ChunkStale(Exception):
    """Raised when a chunk that was read ahead may no longer be written; read it again at the run's cursor."""


class BackfillPaused(Exception):
    """Raised when the dataset was paused; the run keeps its cursor."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Mapped rows with keys above ``after``; ``last_key`` is where the next chunk begins."""

    after: int
    last_key: int
    is_last: bool
    present: frozenset[int]
    documents: Sequence[Document]
    refused: dict[int, str]
    file_number: int


def read_chunk(spec: DatasetSpec, *, after: int, limit: int) -> Chunk:
    """Read and map up to ``limit`` rows in one short transaction.

    Raises:
        SchemaChanged: when the table no longer fits its mapper.
    """
    try:
        with transaction.atomic():
            found = rows.read_chunk(spec, after=after, limit=limit)
            file_number = rows.get_file_number(spec)  # the table is locked against TRUNCATE since it was read
    except ProgrammingError:
        require_schema(spec)
        raise
    mapped, refused = map_rows(spec, found)
    if refused:
        require_schema(spec)
    present = frozenset(found.rows.keys() | found.unreadable.keys())
    return Chunk(
        after=after,
        last_key=max(present, default=after),
        is_last=len(present) < limit,
        present=present,
        documents=mapped,
        refused=refused,
        file_number=file_number,
    )


class ChunkReader:
    """Reads chunks in a thread with a connection of its own, while the caller waits for MongoDB."""

    def __init__(self, spec: DatasetSpec) -> None:
        self._spec = spec
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="backfill-reader")

    def __enter__(self) -> Self:
        return self

    def start(self, *, after: int, limit: int) -> "Future[Chunk]":
        return self._thread.submit(read_chunk, self._spec, after=after, limit=limit)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._thread.submit(_close_connection)
        self._thread.shutdown()


def _close_connection() -> None:
    """Close this thread's own connection: the proxy must be asked in the thread it is about."""
    connection.close()


@transaction.atomic(durable=True)
def write_chunk(spec: DatasetSpec, run: BackfillRun, chunk: Chunk, *, now: datetime) -> BackfillRun:
    """Write a chunk and move the cursor in one transaction; return the run as it then is.

    Raises:
        ChunkStale: the table was truncated, or another process moved the cursor.
        BackfillPaused, StageConflict: the run rests, or was ended. PyMongoError: MongoDB is away.
    """
    lock_open_run(spec, run)
    rows.hold_off_truncate(spec)
    if run.cursor != chunk.after or rows.get_file_number(spec) != chunk.file_number:
        raise ChunkStale
    reach("backfill.before_write")
    refused = {one.key: one.reason for one in documents.write_documents(spec, chunk.documents)} | chunk.refused
    reach("backfill.after_write")
    ledger.record_written(spec, (one for one in chunk.documents if one["_id"] not in refused))
    enqueue_upserts(spec, keys=list(refused))
    BackfillRun.objects.filter(pk=run.pk).update(
        cursor=chunk.last_key,
        copied=F("copied") + len(chunk.present) - len(refused),
        refused=F("refused") + len(refused),
        waiting_because="",
        updated_at=now,
    )
    run.refresh_from_db()
    reach("backfill.before_commit")
    return run


def lock_open_run(spec: DatasetSpec, run: BackfillRun) -> Dataset:
    """Refresh a run under its dataset's lock and return the dataset.

    Raises:
        BackfillPaused: the dataset is set aside; the run may go on later.
        StageConflict: the run was ended meanwhile, like by returning the dataset to OFF.
    """
    dataset = Dataset.objects.select_for_update(no_key=True).get(name=spec.name)
    run.refresh_from_db()
    if run.finished_at is None and dataset.stage == Stage.PAUSED and dataset.came_from == Stage.BACKFILL:
        raise BackfillPaused
    if run.finished_at is not None or dataset.stage != Stage.BACKFILL:
        raise StageConflict(f"This backfill of {spec.name} was ended meanwhile; start a new one.")
    return dataset
