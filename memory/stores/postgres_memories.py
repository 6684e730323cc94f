"""Memories from PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from memory.models import Memory
from memory.stores.memories import RECORD_FIELDS, MemoryRecord
from veri.platform.connections.reading import fetch_rows

_COLUMNS = ", ".join(RECORD_FIELDS)
_GET = f"SELECT {_COLUMNS} FROM memory_memory WHERE creator_id = %s AND id = ANY(%s)"  # noqa: S608  names from code
_IN_STATES = "SELECT id FROM memory_memory WHERE creator_id = %s AND id = ANY(%s) AND state = ANY(%s)"


class PostgresMemoryStore:
    def get_memories(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, MemoryRecord]:
        if not ids:
            return {}
        found = fetch_rows(_GET, [creator_id, list(ids)])
        return {row[0]: _build_record(row) for row in found}

    def list_slot_history(self, *, creator_id: int, subject: str, predicate: str) -> list[MemoryRecord]:
        line = Memory.objects.filter(creator_id=creator_id, subject=subject, predicate=predicate, is_slot=True)
        return [_to_record(row) for row in line.order_by("valid_from", "id").values(*RECORD_FIELDS)]

    def find_in_states(self, *, creator_id: int, ids: Sequence[int], states: Sequence[str]) -> set[int]:
        return {pk for (pk,) in fetch_rows(_IN_STATES, [creator_id, list(ids), list(states)])}


def _build_record(row: tuple[Any, ...]) -> MemoryRecord:
    record = MemoryRecord._make(row)
    return record._replace(latest_evidence=tuple(record.latest_evidence))


def _to_record(row: dict[str, Any]) -> MemoryRecord:
    return MemoryRecord(**row | {"latest_evidence": tuple(row["latest_evidence"])})
