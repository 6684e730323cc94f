"""Backfill: copy a dataset's rows in primary-key chunks, resumable, safe beside concurrent writes and deletes."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pymongo
from django.conf import settings
from django.db import transaction
from pymongo.errors import DuplicateKeyError, PyMongoError, ServerSelectionTimeoutError

from migration.enums import READ_STAGES, BackfillPhase, Stage
from migration.errors import DuplicatesFound, StageConflict
from migration.failpoints import reach
from migration.models import BackfillRun, Dataset
from migration.queries.backfills import BackfillProgress, describe_backfill
from migration.registry import DatasetSpec, get_spec
from migration.services.backfill_chunks import (
    BackfillPaused,
    Chunk,
    ChunkReader,
    ChunkStale,
    lock_open_run,
    read_chunk,
    write_chunk,
)
from migration.services.backfill_pace import FIRST_ROWS, Pace, find_wait_reason
from migration.services.backfill_validation import validate_copy
from migration.services.capture_settling import wait_for_capture
from migration.services.datasets import move_dataset
from migration.services.enqueue import enqueue_deletes
from migration.stores import documents, rows
from migration.stores.duplicates import find_duplicates
from migration.stores.schema import require_schema

__all__ = ["BackfillProgress", "copy_chunk", "enqueue_deletes", "run_backfill", "wait_for_capture"]

POLL_SECONDS = 0.25
SWEEP_BATCH = 5000
ALIVE_EVERY = timedelta(seconds=10)
INDEX_SECONDS = 3600.0  # an index over a large collection takes its time
OnProgress = Callable[[BackfillProgress], None]


def run_backfill(
    *,
    name: str,
    actor: Any,
    reason: str,
    clock: Callable[[], datetime],
    chunk: int | None = None,
    on_progress: OnProgress = lambda _progress: None,
) -> BackfillRun:
    """Copy every row, create the indexes, compare, then mark the dataset as catching up.

    A run that was interrupted goes on at its cursor. ``chunk`` fixes the rows of a chunk; without it a chunk aims at
    ``MIGRATION_CHUNK_SECONDS``. Returns early, with ``finished_at`` None, when the dataset is paused. A copy that does
    not agree ends with its ``problem`` and leaves the stage: start again. ``on_progress`` is called at least every
    quarter of a second; what it raises ends this call and keeps the run.

    Raises:
        StageConflict: the dataset is off or paused, its reads are on MongoDB, or the run was ended meanwhile.
        SchemaChanged, DuplicatesFound: the table does not fit its mapper, or an index.
        CaptureNotSettled: transactions older than the capture stay open for 30 s.
        PyMongoError: MongoDB is away; start again to go on.
    """
    spec = get_spec(name)
    _require_started(name)
    require_schema(spec)
    _require_unique(spec)
    wait_for_capture(name=name)
    run = _open_run(spec, actor=actor, reason=reason, now=clock())
    reach("backfill.opened")
    walk = _Walk(spec=spec, run=run, clock=clock, on_progress=on_progress, chunk=chunk)
    try:
        walk.copy_rows()
    except BackfillPaused:
        return _note_wait(run, "The dataset is paused.", clock())
    _sweep(spec, run, on_progress, clock)
    _create_indexes(spec, run)
    _validate(spec, run, on_progress, clock)
    reach("backfill.before_finish")
    _finish_run(spec, run, actor=actor, reason=reason, now=clock())
    on_progress(describe_backfill(run))
    return run


def _require_started(name: str) -> None:
    stage = Dataset.objects.get(name=name).stage
    if stage == Stage.OFF:
        raise StageConflict(f"{name} is off: switch USE_MONGO on before a backfill.")
    if stage == Stage.PAUSED:
        raise StageConflict(f"{name} is paused: resume it first.")
    if stage in READ_STAGES:
        raise StageConflict(f"{name} is read from MongoDB: roll it back before a new backfill.")


def _require_unique(spec: DatasetSpec) -> None:
    """Refuse rows that a unique index of the collection would not take, before anything is copied."""
    if found := find_duplicates(spec):
        raise DuplicatesFound(f"{spec.name} cannot be copied: {'; '.join(found)}.")


@transaction.atomic(durable=True)
def _open_run(spec: DatasetSpec, *, actor: Any, reason: str, now: datetime) -> BackfillRun:
    dataset = Dataset.objects.select_for_update().get(name=spec.name)
    _require_started(spec.name)
    if dataset.stage != Stage.BACKFILL:
        sources = (Stage.CAPTURE, Stage.CATCHUP, Stage.VERIFY, Stage.SHADOW, Stage.ROLLED_BACK)
        move_dataset(name=spec.name, sources=sources, target=Stage.BACKFILL, actor=actor, reason=reason, now=now)
    first, last = rows.get_key_bounds(spec)
    bounds = {"first_key": first, "last_key": last, "estimated_total": rows.estimate_rows(spec)}
    bounds |= {"had_documents": documents.has_documents(spec)}
    run, _ = BackfillRun.objects.get_or_create(
        dataset=dataset, finished_at=None, defaults={"started_at": now, "updated_at": now, **bounds}
    )
    return run


@dataclass(kw_only=True)
class _Walk:
    """One process's walk from the run's cursor to the last row."""

    spec: DatasetSpec
    run: BackfillRun
    clock: Callable[[], datetime]
    on_progress: OnProgress
    chunk: int | None
    pace: Pace = field(init=False)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        size = self.chunk or self.run.chunk_rows or FIRST_ROWS
        self.pace = Pace(rows=size, is_fixed=self.chunk is not None)

    def copy_rows(self) -> None:
        """Copy to the end; while MongoDB takes one chunk the next is read and mapped."""
        with ChunkReader(self.spec) as reader:
            ahead = reader.start(after=self.run.cursor, limit=self._find_limit())
            while True:
                self._wait_for_turn(ahead)
                present = ahead.result()
                if not present.is_last:
                    ahead = reader.start(after=present.last_key, limit=self._find_limit())
                try:
                    self._write(present)
                except ChunkStale:
                    ahead = reader.start(after=self.run.cursor, limit=self._find_limit())
                    continue
                self.on_progress(describe_backfill(self.run))
                if present.is_last:
                    return

    def _write(self, present: Chunk) -> None:
        """Write a chunk; one that is too large for a slow MongoDB is thrown away and read again, smaller."""
        started = time.monotonic()
        try:
            documents.require_server()
            with pymongo.timeout(settings.MIGRATION.relay_deadline_seconds):
                write_chunk(self.spec, self.run, present, now=self.clock())
        except PyMongoError as error:
            is_slow = error.timeout and not isinstance(error, ServerSelectionTimeoutError)
            if is_slow and self.pace.shrink():
                raise ChunkStale from error
            raise
        self.pace.note_chunk(copied=len(present.present), seconds=time.monotonic() - started)
        rate = self.pace.get_rate(since=self.started)
        self.run.rows_per_second, self.run.chunk_rows = rate, 0 if self.chunk else self.pace.rows
        self.run.save(update_fields=["rows_per_second", "chunk_rows"])

    def _find_limit(self) -> int:
        return self.pace.get_limit(Dataset.objects.get(name=self.spec.name).rows_per_second)

    def _wait_for_turn(self, ahead: "Future[Chunk]") -> None:
        """Rest while the dataset is throttled, live traffic comes first, or USE_MONGO is off; notice a pause."""
        while True:
            dataset = Dataset.objects.get(name=self.spec.name)
            if dataset.stage == Stage.PAUSED and dataset.came_from == Stage.BACKFILL:
                raise BackfillPaused
            if dataset.stage != Stage.BACKFILL:  # the write refuses, and says so
                return
            reason = find_wait_reason(dataset=dataset, now=self.clock())
            rest = self.pace.find_rest(rows=len(ahead.result().present), rows_per_second=dataset.rows_per_second)
            if not reason and rest <= 0:
                return
            if reason and reason != self.run.waiting_because:
                _note_wait(self.run, reason, self.clock())
            _keep_alive(self.run, self.clock())
            time.sleep(min(rest, POLL_SECONDS) if not reason else POLL_SECONDS)
            self.on_progress(describe_backfill(self.run))


def copy_chunk(spec: DatasetSpec, run: BackfillRun, *, now: datetime, chunk: int = FIRST_ROWS) -> bool:
    """Copy the next rows and move the cursor; return whether rows remain."""
    present = read_chunk(spec, after=run.cursor, limit=chunk)
    write_chunk(spec, run, present, now=now)
    return not present.is_last


def _sweep(spec: DatasetSpec, run: BackfillRun, on_progress: OnProgress, clock: Callable[[], datetime]) -> None:
    """Hand documents without a row to the relay as deletes: their rows went while nothing was captured.

    A collection that was empty when the run began has none: what came since is captured. Should a key have got a row
    meanwhile, the relay writes that instead.
    """
    if not run.had_documents:
        return
    _enter(spec, run, BackfillPhase.SWEEPING)
    run.orphans = 0
    for keys in documents.iterate_keys(spec, batch=SWEEP_BATCH):
        orphans = sorted(set(keys) - rows.find_existing_keys(spec, keys=keys))
        enqueue_deletes(spec, keys=orphans)
        run.orphans += len(orphans)
        _keep_alive(run, clock())
        on_progress(describe_backfill(run))
    run.save(update_fields=["orphans"])


def _create_indexes(spec: DatasetSpec, run: BackfillRun) -> None:
    """Create secondary and unique indexes late: rows arrive in any order, and writing is faster without."""
    _enter(spec, run, BackfillPhase.INDEXING)
    try:
        with pymongo.timeout(INDEX_SECONDS):
            documents.create_indexes(spec)
    except DuplicateKeyError as error:
        raise DuplicatesFound(f"Documents of {spec.name} share values an index keeps unique: {error}"[:500]) from error


def _validate(spec: DatasetSpec, run: BackfillRun, on_progress: OnProgress, clock: Callable[[], datetime]) -> None:
    _enter(spec, run, BackfillPhase.VALIDATING)

    def report() -> None:
        _keep_alive(run, clock())
        on_progress(describe_backfill(run))

    validate_copy(run=run, clock=clock, on_progress=report)


def _keep_alive(run: BackfillRun, now: datetime) -> None:
    """Show now and then that somebody is at it, so that nobody else takes the run up."""
    if now - run.updated_at > ALIVE_EVERY:
        run.updated_at = now
        run.save(update_fields=["updated_at"])


@transaction.atomic(durable=True)
def _enter(spec: DatasetSpec, run: BackfillRun, phase: BackfillPhase) -> None:
    try:
        lock_open_run(spec, run)
    except BackfillPaused as paused:
        raise StageConflict(f"{spec.name} was paused; resume it, then start the backfill again.") from paused
    run.phase = phase
    run.save(update_fields=["phase"])


def _note_wait(run: BackfillRun, reason: str, now: datetime) -> BackfillRun:
    BackfillRun.objects.filter(pk=run.pk).update(waiting_because=reason, updated_at=now)
    run.refresh_from_db()
    return run


@transaction.atomic(durable=True)
def _finish_run(spec: DatasetSpec, run: BackfillRun, *, actor: Any, reason: str, now: datetime) -> None:
    """Close the run; one with a problem leaves the dataset where it is."""
    lock_open_run(spec, run)
    BackfillRun.objects.filter(pk=run.pk).update(
        finished_at=now, updated_at=now, phase=BackfillPhase.DONE, waiting_because=""
    )
    if not run.problem:
        sources = (Stage.BACKFILL,)
        move_dataset(name=spec.name, sources=sources, target=Stage.CATCHUP, actor=actor, reason=reason, now=now)
    run.refresh_from_db()
