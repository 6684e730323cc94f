"""The relay: take outbox rows, re-read their current rows, write MongoDB, forget the outbox rows.

One transaction holds the outbox rows (deleted, not yet committed), reads the captured tables and waits for MongoDB's
acknowledgement. Killed at any instant it rolls back and the rows are there again; committed, MongoDB has them. Other
sessions see an outbox row until that commit, which is what read-your-writes relies on. Reading a table inside the
transaction also makes a TRUNCATE wait, so that no older row can be written after it. Several relays may run: rows are
taken with SKIP LOCKED and the version guard makes the order irrelevant.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models.functions import Now

from migration.enums import Operation
from migration.errors import RowNotMappable
from migration.mapping.mapper import Document
from migration.models import OutboxRow
from migration.registry import DatasetSpec, get_spec
from migration.stores import documents, rows
from veri.platform.observability.metrics import DUAL_WRITE_DURATION

BATCH = 2000

_TAKE = """
DELETE FROM migration_outboxrow WHERE id = ANY(ARRAY(
  SELECT id FROM migration_outboxrow WHERE quarantined_at IS NULL AND dataset = ANY(%s)
  ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING dataset, key, scope, version, operation"""


@dataclass(frozen=True, slots=True)
class TakenRow:
    dataset: str
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

    taken: int
    written: int
    deleted: int
    quarantined: int


@transaction.atomic(durable=True)
def relay_batch(*, datasets: list[str], limit: int = BATCH) -> RelayResult:
    """Bring one batch of outbox rows to MongoDB.

    Raises:
        PyMongoError: when MongoDB is away; the outbox is then as it was.
    """
    taken = _take_rows(datasets, limit)
    written = deleted = quarantined = 0
    for name, changes in _coalesce(taken).items():
        with DUAL_WRITE_DURATION.labels(dataset=name).time():
            counts = _apply(get_spec(name), changes)
        written, deleted, quarantined = written + counts[0], deleted + counts[1], quarantined + counts[2]
    return RelayResult(taken=len(taken), written=written, deleted=deleted, quarantined=quarantined)


def _take_rows(datasets: list[str], limit: int) -> list[TakenRow]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [datasets, limit])
        return [TakenRow(*values) for values in cursor.fetchall()]


def _coalesce(taken: Iterable[TakenRow]) -> dict[str, _Changes]:
    found: dict[str, _Changes] = defaultdict(_Changes)
    for row in taken:
        changes = found[row.dataset]
        if row.operation == Operation.TRUNCATE:
            changes.truncated_at = max(changes.truncated_at, row.version)
            continue
        changes.scopes[row.key] = row.scope
        if row.operation == Operation.DELETE:
            changes.deletes[row.key] = max(changes.deletes.get(row.key, 0), row.version)
    return found


def _apply(spec: DatasetSpec, changes: _Changes) -> tuple[int, int, int]:
    """Write one dataset's changes; return the numbers of documents, tombstones and quarantined keys.

    A key without a row and without a delete in this batch was deleted later: its own outbox row follows.
    """
    if changes.truncated_at:
        documents.delete_older(spec, version=changes.truncated_at)
    read = rows.read_rows(spec, keys=list(changes.scopes))
    mapped, refused = map_rows(spec, read)
    tombstones = [
        documents.build_tombstone(key=key, version=version)
        for key, version in changes.deletes.items()
        if key not in read.rows and key not in read.unreadable
    ]
    refused |= {one.key: one.reason for one in documents.write_documents(spec, mapped + tombstones)}
    _quarantine(spec, changes, {key: row["version"] for key, row in read.rows.items()}, refused)
    return len(mapped), len(tombstones), len(refused)


def map_rows(spec: DatasetSpec, read: rows.RowsRead) -> tuple[list[Document], dict[int, str]]:
    """Return the documents of rows, and by key the reason why a row cannot be read or mapped."""
    mapped: list[Document] = []
    refused = dict(read.unreadable)
    for key, row in read.rows.items():
        try:
            mapped.append(spec.mapper.to_document(row))
        except RowNotMappable as error:
            refused[key] = str(error)
    return mapped, refused


def _quarantine(spec: DatasetSpec, changes: _Changes, versions: dict[int, int], refused: dict[int, str]) -> None:
    """Put refused keys back as quarantined rows: they block nobody, and their creator keeps reading PostgreSQL."""
    OutboxRow.objects.bulk_create(
        OutboxRow(
            dataset=spec.name,
            key=key,
            scope=changes.scopes.get(key, 0),
            version=versions.get(key, changes.deletes.get(key, 0)),
            operation=Operation.DELETE if key in changes.deletes and key not in versions else Operation.UPSERT,
            quarantined_at=Now(),
            error=reason,
        )
        for key, reason in refused.items()
    )
