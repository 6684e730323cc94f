"""The relay: take outbox rows, re-read their current rows, write MongoDB, forget the outbox rows.

One transaction holds the outbox rows (deleted, not yet committed), reads the captured table and waits for MongoDB's
acknowledgement. Killed at any instant it rolls back and the rows are there again; committed, MongoDB has them. Other
sessions see an outbox row until that commit, which is what read-your-writes relies on. Reading a table inside the
transaction also makes a TRUNCATE wait, so that no older row can be written after it. Several relays may run: rows are
taken with SKIP LOCKED and the version guard makes the order irrelevant.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pymongo
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.db.models.functions import Now
from pymongo.errors import PyMongoError

from migration.enums import Measure, Operation
from migration.errors import RowNotMappable
from migration.failpoints import reach
from migration.mapping.mapper import Document
from migration.models import OutboxRow
from migration.registry import DatasetSpec, get_spec
from migration.services.heartbeats import note_written
from migration.services.minutes import COUNTER
from migration.stores import documents, ledger, rows
from migration.stores.schema import require_schema
from veri.platform.observability.metrics import DUAL_WRITE_DURATION, RELAY_BATCHES, RELAY_ROWS

BATCH = 2000
# What a mapper raises for a value it was not written for; each concerns one row.
UNMAPPABLE = (RowNotMappable, TypeError, ValueError, AttributeError, OverflowError)

_TAKE = """
DELETE FROM migration_outboxrow WHERE dataset = %(dataset)s AND id = ANY(ARRAY(
  SELECT id FROM migration_outboxrow WHERE dataset = %(dataset)s AND quarantined_at IS NULL
  ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING key, scope, version, operation"""


@dataclass(frozen=True, slots=True)
class TakenRow:
    key: int
    scope: int
    version: int
    operation: str


@dataclass
class _Changes:
    """A batch of one dataset, coalesced: keys to re-read, the newest delete of each key, the newest TRUNCATE."""

    scopes: dict[int, int] = field(default_factory=dict)
    deletes: dict[int, int] = field(default_factory=dict)
    truncated_at: int = 0


@dataclass(frozen=True, kw_only=True)
class RelayResult:
    """What one batch did: outbox rows taken, documents and tombstones written, keys quarantined."""

    taken: int = 0
    written: int = 0
    deleted: int = 0
    quarantined: int = 0


def relay_batch(*, datasets: list[str], limit: int = BATCH) -> RelayResult:
    """Bring one batch of each dataset to MongoDB; return what they did together.

    Raises:
        PyMongoError: when MongoDB is away; the outbox of that dataset is then as it was.
        SchemaChanged: when a table no longer fits its mapper; same.
    """
    done = [relay_dataset(name=name, limit=limit) for name in datasets]
    return RelayResult(
        taken=sum(one.taken for one in done),
        written=sum(one.written for one in done),
        deleted=sum(one.deleted for one in done),
        quarantined=sum(one.quarantined for one in done),
    )


def relay_dataset(*, name: str, limit: int = BATCH) -> RelayResult:
    """Bring one batch of a dataset's outbox to MongoDB, within ``MIGRATION_RELAY_DEADLINE_SECONDS``.

    Raises:
        PyMongoError: when MongoDB is away, slower than the deadline or takes no writes; the outbox is then as it was.
        SchemaChanged: when the table no longer fits its mapper; same.
    """
    spec = get_spec(name)
    try:
        documents.require_server()
        with pymongo.timeout(settings.MIGRATION.relay_deadline_seconds):
            result = _relay(spec, limit)
    except PyMongoError:
        COUNTER.add(dataset=name, measure=Measure.RELAY_FAILED)
        RELAY_BATCHES.labels(dataset=name, outcome="failed").inc()
        raise
    if result.taken:
        _count(name, result)
    return result


def _count(name: str, result: RelayResult) -> None:
    RELAY_BATCHES.labels(dataset=name, outcome="written").inc()
    for outcome in ("taken", "written", "deleted", "quarantined"):
        RELAY_ROWS.labels(dataset=name, outcome=outcome).inc(getattr(result, outcome))
    COUNTER.add(dataset=name, measure=Measure.RELAY_WRITTEN, count=result.written + result.deleted)
    if result.quarantined:
        COUNTER.add(dataset=name, measure=Measure.RELAY_REFUSED, count=result.quarantined)


@transaction.atomic(durable=True)
def _relay(spec: DatasetSpec, limit: int) -> RelayResult:
    taken = _take_rows(spec, limit)
    if not taken:
        return RelayResult()
    reach("relay.taken")
    with DUAL_WRITE_DURATION.labels(dataset=spec.name).time():
        written, deleted, quarantined = _apply(spec, _coalesce(taken))
    reach("relay.before_commit")
    return RelayResult(taken=len(taken), written=written, deleted=deleted, quarantined=quarantined)


def _take_rows(spec: DatasetSpec, limit: int) -> list[TakenRow]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"dataset": spec.name, "limit": limit})
        return [TakenRow(*values) for values in cursor.fetchall()]


def _coalesce(taken: Iterable[TakenRow]) -> _Changes:
    changes = _Changes()
    for row in taken:
        if row.operation == Operation.TRUNCATE:
            changes.truncated_at = max(changes.truncated_at, row.version)
            continue
        changes.scopes[row.key] = row.scope
        if row.operation == Operation.DELETE:
            changes.deletes[row.key] = max(changes.deletes.get(row.key, 0), row.version)
    return changes


def _apply(spec: DatasetSpec, changes: _Changes) -> tuple[int, int, int]:
    """Write one dataset's changes; return the numbers of documents, tombstones and quarantined keys.

    A key without a row and without a delete in this batch was deleted later: its own outbox row follows.
    """
    read = read_current(spec, keys=list(changes.scopes))
    mapped, refused = map_rows(spec, read)
    if refused:
        require_schema(spec)
    tombstones = [
        documents.build_tombstone(key=key, version=version)
        for key, version in changes.deletes.items()
        if key not in read.rows and key not in read.unreadable
    ]
    reach("relay.before_write")
    if changes.truncated_at:
        documents.delete_older(spec, version=changes.truncated_at)
        ledger.forget_older(spec, version=changes.truncated_at)
    refused |= {one.key: one.reason for one in documents.write_documents(spec, mapped + tombstones)}
    reach("relay.after_write")
    ledger.record_written(spec, (one for one in mapped + tombstones if one["_id"] not in refused))
    stamps = {one["_id"]: one["_mig"]["v"] for one in mapped + tombstones if one["_id"] not in refused}
    _quarantine(spec, changes, read.rows, refused)
    note_written(dataset=spec.name, versions=stamps)
    return len(mapped), len(tombstones), len(refused)


def read_current(spec: DatasetSpec, *, keys: list[int]) -> rows.RowsRead:
    """Return the current rows of the keys.

    Raises:
        SchemaChanged: when a column the mapper reads is gone.
    """
    try:
        with transaction.atomic():
            return rows.read_rows(spec, keys=keys)
    except ProgrammingError:
        require_schema(spec)
        raise


def map_rows(spec: DatasetSpec, read: rows.RowsRead) -> tuple[list[Document], dict[int, str]]:
    """Return the documents of rows, and by key the reason why a row cannot be read or mapped."""
    mapped: list[Document] = []
    refused = dict(read.unreadable)
    for key, row in read.rows.items():
        try:
            mapped.append(spec.mapper.to_document(row))
        except UNMAPPABLE as error:
            refused[key] = str(error) if isinstance(error, RowNotMappable) else f"{type(error).__name__}: {error}"
    return mapped, refused


def _quarantine(
    spec: DatasetSpec, changes: _Changes, found: dict[int, dict[str, Any]], refused: dict[int, str]
) -> None:
    """Put refused keys back as quarantined rows: they block nobody, and their creator keeps reading PostgreSQL."""
    if not refused:
        return
    OutboxRow.objects.bulk_create(
        OutboxRow(
            dataset=spec.name,
            key=key,
            scope=found.get(key, {}).get(spec.scope_column) or changes.scopes.get(key, 0),
            version=found[key]["version"] if key in found else changes.deletes.get(key, 0),
            operation=Operation.DELETE if key in changes.deletes and key not in found else Operation.UPSERT,
            quarantined_at=Now(),
            error=reason,
        )
        for key, reason in refused.items()
    )
