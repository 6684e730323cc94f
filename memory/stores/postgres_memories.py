"""Memories from PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from memory.enums import MemoryState
from memory.models import Memory
from memory.stores.memories import RECORD_FIELDS, MemoryRecord


class PostgresMemoryStore:
    def get_memories(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, MemoryRecord]:
        found = Memory.objects.filter(creator_id=creator_id, pk__in=list(ids)).values(*RECORD_FIELDS)
        return {row["id"]: _to_record(row) for row in found}

    def list_slot_history(self, *, creator_id: int, subject: str, predicate: str) -> list[MemoryRecord]:
        line = Memory.objects.filter(creator_id=creator_id, subject=subject, predicate=predicate, is_slot=True)
        return [_to_record(row) for row in line.order_by("valid_from", "id").values(*RECORD_FIELDS)]

    def find_superseded(self, *, creator_id: int, ids: Sequence[int]) -> set[int]:
        found = Memory.objects.filter(creator_id=creator_id, pk__in=list(ids), state=MemoryState.SUPERSEDED)
        return set(found.values_list("pk", flat=True))


def _to_record(row: dict[str, Any]) -> MemoryRecord:
    return MemoryRecord(**row | {"latest_evidence": tuple(row["latest_evidence"])})
