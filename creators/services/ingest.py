"""Record interactions: set-based, once per (creator, platform, external id), announced in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from creators.enums import Outcome
from creators.errors import BatchTooLarge
from creators.services.documents import encode_document
from veri.platform.events.services import publish_event

MAX_ROWS = 10_000
IDS_PER_EVENT = 500
RECORDED_EVENT = "interactions.recorded"

Key = tuple[int, str, str]

_CREATE_INCOMING = """
CREATE TEMP TABLE incoming_interaction (
    creator_id bigint, platform text, external_id text, type text, channel text, author text, text text,
    attachments jsonb, payload jsonb, occurred_at timestamptz
) ON COMMIT DROP"""
_COPY_INCOMING = "COPY incoming_interaction FROM STDIN"
_INSERT_NEW = """
INSERT INTO creators_interaction
    (creator_id, platform, external_id, type, channel, author, text, attachments, payload, occurred_at, received_at)
SELECT creator_id, platform, external_id, type, channel, author, text, attachments, payload, occurred_at, %s
FROM incoming_interaction
ON CONFLICT ON CONSTRAINT interaction_external_id_unique DO NOTHING
RETURNING id, creator_id, platform, external_id"""
_FIND_EXISTING = """
SELECT stored.id, stored.creator_id, stored.platform, stored.external_id
FROM creators_interaction stored
JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS wanted (creator_id, platform, external_id)
  ON stored.creator_id = wanted.creator_id
 AND stored.platform = wanted.platform
 AND stored.external_id = wanted.external_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInteraction:
    """One interaction to record. Instants are aware; ``attachments`` and ``payload`` are JSON values."""

    creator_id: int
    platform: str
    external_id: str
    type: str
    occurred_at: datetime
    channel: str = ""
    author: str = ""
    text: str = ""
    attachments: list[Any] = field(default_factory=list)
    payload: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.creator_id, self.platform, self.external_id


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one interaction; the id is the stored row's, whoever wrote it first."""

    outcome: Outcome
    interaction_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """Outcomes in the order of the items given."""

    items: list[Recorded]
    created: int
    duplicates: int


def record_interactions(*, items: Sequence[NewInteraction], now: datetime) -> IngestResult:
    """Store new interactions in one transaction; the first write of a key wins, repeats are duplicates.

    Publishes ``interactions.recorded`` {creator_id, interaction_ids} for created rows only, up to 500 ids an event.
    Overlapping batches may run at once: rows are inserted in key order, so that neither can wait for the other.

    Raises:
        BatchTooLarge: more than 10,000 items.
        DocumentRefused: a payload that jsonb cannot hold.
        RuntimeError: called inside a transaction.
    """
    if len(items) > MAX_ROWS:
        raise BatchTooLarge(count=len(items), limit=MAX_ROWS)
    unique: dict[Key, NewInteraction] = {}
    for item in items:
        unique.setdefault(item.key, item)
    if not unique:
        return IngestResult(items=[], created=0, duplicates=0)
    rows = [_build_row(unique[key]) for key in sorted(unique)]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        created = _insert_rows(cursor, rows, now)
        existing = _find_existing(cursor, [key for key in unique if key not in created])
        _publish(created)
    return _build_result(items, created, existing)


def _build_row(item: NewInteraction) -> tuple[object, ...]:
    return (
        item.creator_id,
        item.platform,
        item.external_id,
        item.type,
        item.channel,
        item.author,
        item.text,
        encode_document(item.attachments) if item.attachments else "[]",
        encode_document(item.payload) if item.payload else "{}",
        item.occurred_at,
    )


def _insert_rows(cursor: CursorWrapper, rows: list[tuple[object, ...]], now: datetime) -> dict[Key, int]:
    """Return ids of created rows by key. COPY into a temporary table beat arrays and JSON at 1,000 rows."""
    cursor.execute(_CREATE_INCOMING)
    with cursor.copy(_COPY_INCOMING) as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(_INSERT_NEW, [now])
    created = _read_keys(cursor)
    # Not left to the commit: a caller's next batch may share the transaction in tests.
    cursor.execute("DROP TABLE incoming_interaction")
    return created


def _find_existing(cursor: CursorWrapper, keys: list[Key]) -> dict[Key, int]:
    if not keys:
        return {}
    cursor.execute(_FIND_EXISTING, [list(column) for column in zip(*keys, strict=True)])
    return _read_keys(cursor)


def _read_keys(cursor: CursorWrapper) -> dict[Key, int]:
    return {(creator, platform, external): pk for pk, creator, platform, external in cursor.fetchall()}


def _publish(created: dict[Key, int]) -> None:
    for creator_id, keys in groupby(sorted(created), key=lambda key: key[0]):
        ids = sorted(created[key] for key in keys)
        for start in range(0, len(ids), IDS_PER_EVENT):
            payload = {"creator_id": creator_id, "interaction_ids": ids[start : start + IDS_PER_EVENT]}
            publish_event(name=RECORDED_EVENT, payload=payload, key=str(creator_id))


def _build_result(items: Sequence[NewInteraction], created: dict[Key, int], existing: dict[Key, int]) -> IngestResult:
    unclaimed = dict(created)
    recorded = []
    for item in items:
        pk = unclaimed.pop(item.key, None)
        if pk is not None:
            recorded.append(Recorded(Outcome.CREATED, pk))
        else:
            recorded.append(Recorded(Outcome.DUPLICATE, created.get(item.key) or existing.get(item.key)))
    return IngestResult(items=recorded, created=len(created), duplicates=len(items) - len(created))
