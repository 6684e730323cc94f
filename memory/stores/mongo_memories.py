"""Memories from MongoDB: the portable subset only."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from memory.datasets import MEMORIES
from memory.models.memory import DEFAULT_IMPORTANCE, DEFAULT_STABILITY_DAYS
from memory.stores.memories import RECORD_FIELDS, MemoryRecord
from memory.stores.postgres_memories import PostgresMemoryStore
from migration.services.lazy_fill import fill_missing
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database

_PROJECTION = {"terms": 0, "keywords": 0}
# What documents written by an older mapper lack until verification has brought them up to date.
_ADDED = {"importance": DEFAULT_IMPORTANCE, "stability_days": DEFAULT_STABILITY_DAYS, "is_pinned": False}


class MongoMemoryStore:
    def get_memories(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, MemoryRecord]:
        """Those MongoDB lacks are read from PostgreSQL, and the relay is asked to bring them."""
        wanted = {"_id": {"$in": list(ids)}, "creator_id": creator_id, **LIVE}
        found = {one.id: one for one in map(_to_record, _collection().find(wanted, _PROJECTION))}
        return fill_missing(dataset=MEMORIES.name, ids=ids, found=found, read=partial(_read_postgres, creator_id))

    def list_slot_history(self, *, creator_id: int, subject: str, predicate: str) -> list[MemoryRecord]:
        slot = {"creator_id": creator_id, "subject": subject, "predicate": predicate, "is_slot": True, **LIVE}
        line = map(_to_record, _collection().find(slot, _PROJECTION))
        return sorted(line, key=lambda one: (one.valid_from, one.id))

    def find_in_states(self, *, creator_id: int, ids: Sequence[int], states: Sequence[str]) -> set[int]:
        wanted = {"_id": {"$in": list(ids)}, "creator_id": creator_id, "state": {"$in": list(states)}, **LIVE}
        return {one["_id"] for one in _collection().find(wanted, {"_id": 1})}


def _read_postgres(creator_id: int, ids: list[int]) -> dict[int, MemoryRecord]:
    return PostgresMemoryStore().get_memories(creator_id=creator_id, ids=ids)


def _collection() -> Any:
    return get_database()[MEMORIES.collection]


def _to_record(document: dict[str, Any]) -> MemoryRecord:
    row = MEMORIES.mapper.to_row(document)
    values = {name: row[name] if name in row else _ADDED[name] for name in RECORD_FIELDS}
    return MemoryRecord(**values | {"latest_evidence": tuple(row["latest_evidence"])})
