"""Backfill: copy a dataset's rows in primary-key chunks, resumable, safe beside concurrent writes and deletes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from migration.enums import Operation, Stage
from migration.errors import CaptureNotSettled, StageConflict
from migration.models import BackfillRun, Dataset, OutboxRow
from migration.registry import DatasetSpec, get_spec
from migration.services.datasets import move_dataset
from migration.services.relay import map_rows
from migration.stores import documents, rows

CHUNK = 2000
SETTLE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class BackfillProgress:
    """Rows copied so far, and the planner's estimate of all."""

    copied: int
    estimated_total: int
    is_finished: bool


def run_backfill(
    *,
    name: str,
    actor: Any,
    reason: str,
    clock: Callable[[], datetime],
    chunk: int = CHUNK,
    on_progress: Callable[[BackfillProgress], None] = lambda _progress: None,
) -> BackfillRun:
    """Copy every row, then mark the dataset as catching up. A run that was interrupted goes on at its cursor.

    Raises:
        StageConflict: when the dataset is off.
        CaptureNotSettled: when transactions older than the capture stay open for 30 s.
        PyMongoError: when MongoDB is away; start again to go on.
    """
    spec = get_spec(name)
    run = _open_run(spec, actor=actor, reason=reason, now=clock())
    wait_for_capture(name=name)
    while copy_chunk(spec, run, now=clock(), chunk=chunk):
        run.refresh_from_db()
        on_progress(BackfillProgress(copied=run.copied, estimated_total=run.estimated_total, is_finished=False))
    documents.create_indexes(spec)
    _finish_run(spec, run, actor=actor, reason=reason, now=clock())
    on_progress(BackfillProgress(copied=run.copied, estimated_total=run.copied, is_finished=True))
    return run


@transaction.atomic(durable=True)
def _open_run(spec: DatasetSpec, *, actor: Any, reason: str, now: datetime) -> BackfillRun:
    dataset = Dataset.objects.select_for_update().get(name=spec.name)
    if dataset.stage == Stage.OFF:
        raise StageConflict(f"{spec.name} is off: switch USE_MONGO on before a backfill.")
    if dataset.stage == Stage.CUTOVER:
        raise StageConflict(f"{spec.name} is read from MongoDB: roll it back before a new backfill.")
    if dataset.stage != Stage.BACKFILL:
        sources = (Stage.CAPTURE, Stage.CATCHUP, Stage.VERIFY)
        move_dataset(name=spec.name, sources=sources, target=Stage.BACKFILL, actor=actor, reason=reason, now=now)
    run, _ = BackfillRun.objects.get_or_create(
        dataset=dataset,
        finished_at=None,
        defaults={"started_at": now, "updated_at": now, "estimated_total": rows.estimate_rows(spec)},
    )
    return run


def wait_for_capture(*, name: str, timeout: float = SETTLE_SECONDS) -> None:
    """Wait until nobody is left who may write without being captured.

    That is every transaction that had an id when the capture was committed, and every session whose snapshot is older:
    in a REPEATABLE READ transaction the triggers do not see that the dataset is captured.

    Raises:
        CaptureNotSettled: after ``timeout`` seconds.
    """
    since = _note_start(name)
    deadline = time.monotonic() + timeout
    while not _is_settled(since):
        if time.monotonic() > deadline:
            raise CaptureNotSettled(f"Transactions older than the capture of {name} are still open; end them first.")
        time.sleep(0.05)


_SETTLED = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %(since)s AND NOT EXISTS (
  SELECT 1 FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()
    AND age(backend_xmin) > age((%(since)s %% 4294967296)::text::xid))"""


@transaction.atomic(durable=True)
def _note_start(name: str) -> int:
    """Return the first transaction id after the committed capture, noted the first time it is asked for."""
    dataset = Dataset.objects.select_for_update().get(name=name)
    if dataset.captured_since is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            (dataset.captured_since,) = cursor.fetchone()
        dataset.save(update_fields=["captured_since"])
    return int(dataset.captured_since)


def _is_settled(since: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"since": since})
        return bool(cursor.fetchone()[0])


@transaction.atomic(durable=True)
def copy_chunk(spec: DatasetSpec, run: BackfillRun, *, now: datetime, chunk: int = CHUNK) -> bool:
    """Copy the next rows and move the cursor in one transaction; return whether rows remain.

    Documents in the chunk's key range without a row are handed to the relay as deletes: they were deleted while
    nothing was captured.
    """
    run = _lock_open_run(spec, run)
    found = rows.read_chunk(spec, after=run.cursor, limit=chunk)
    present = found.rows.keys() | found.unreadable.keys()
    is_last = len(present) < chunk
    until = None if is_last else max(present)
    # Before the writes: a new collection has nothing to list, and what is written now needs no second look.
    orphans = [key for key in documents.list_keys(spec, after=run.cursor, until=until) if key not in present]
    mapped, refused = map_rows(spec, found)
    refused |= {one.key: one.reason for one in documents.write_documents(spec, mapped)}
    _enqueue(spec, keys=orphans, operation=Operation.DELETE)
    _enqueue(spec, keys=list(refused), operation=Operation.UPSERT)
    BackfillRun.objects.filter(pk=run.pk).update(
        cursor=max(present, default=run.cursor),
        copied=F("copied") + len(present) - len(refused),
        orphans=F("orphans") + len(orphans),
        updated_at=now,
    )
    return not is_last


def _lock_open_run(spec: DatasetSpec, run: BackfillRun) -> BackfillRun:
    """Refresh a run under its dataset's lock.

    Raises:
        StageConflict: when it was ended meanwhile, like by switching ``USE_MONGO`` off.
    """
    dataset = Dataset.objects.select_for_update(no_key=True).get(name=spec.name)
    run.refresh_from_db()
    if run.finished_at is not None or dataset.stage != Stage.BACKFILL:
        raise StageConflict(f"This backfill of {spec.name} was ended meanwhile; start a new one.")
    return run


def enqueue_deletes(spec: DatasetSpec, *, keys: list[int]) -> None:
    """Ask the relay to put a tombstone on keys that have no row; where a row exists, it is written instead."""
    _enqueue(spec, keys=keys, operation=Operation.DELETE)


def _enqueue(spec: DatasetSpec, *, keys: list[int], operation: Operation) -> None:
    if not keys:
        return
    table = OutboxRow._meta.db_table  # noqa: SLF001  documented
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (dataset, key, scope, version, operation)"  # noqa: S608  the model's own table
            " SELECT %s, key, 0, nextval('migration_version_seq'), %s FROM unnest(%s::bigint[]) AS key",
            [spec.name, operation.value, keys],
        )


@transaction.atomic(durable=True)
def _finish_run(spec: DatasetSpec, run: BackfillRun, *, actor: Any, reason: str, now: datetime) -> None:
    _lock_open_run(spec, run)
    BackfillRun.objects.filter(pk=run.pk).update(finished_at=now, updated_at=now)
    move_dataset(name=spec.name, sources=(Stage.BACKFILL,), target=Stage.CATCHUP, actor=actor, reason=reason, now=now)
    run.refresh_from_db()
