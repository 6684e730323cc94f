"""The interface to stored memories."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from memory.models.memory import DEFAULT_IMPORTANCE, DEFAULT_STABILITY_DAYS


class MemoryRecord(NamedTuple):
    """A memory as readers see it, the same from either store; a tuple, since every question makes dozens."""

    id: int
    creator_id: int
    type: str
    subject: str
    predicate: str
    value: str
    text: str
    is_slot: bool
    state: str
    confidence: float
    strength: int
    latest_evidence: tuple[int, ...]
    valid_from: datetime
    valid_to: datetime | None
    importance: float = DEFAULT_IMPORTANCE
    stability_days: float = DEFAULT_STABILITY_DAYS
    is_pinned: bool = False


RECORD_FIELDS = MemoryRecord._fields


class MemoryStore(Protocol):
    """Reads of one creator's memories; another creator's are never returned."""

    def get_memories(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, MemoryRecord]:
        """Return the creator's memories among ``ids``."""

    def list_slot_history(self, *, creator_id: int, subject: str, predicate: str) -> list[MemoryRecord]:
        """Return what a slot held, oldest first."""

    def find_in_states(self, *, creator_id: int, ids: Sequence[int], states: Sequence[str]) -> set[int]:
        """Return which of the creator's memories among ``ids`` are in one of the states."""
