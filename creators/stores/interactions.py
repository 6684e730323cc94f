"""The interface to stored interactions."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class InteractionRecord(NamedTuple):
    """An interaction as readers see it, the same from either store; a tuple, since every question makes dozens."""

    id: int
    creator_id: int
    platform: str
    external_id: str
    type: str
    channel: str
    author: str
    text: str
    occurred_at: datetime


class InteractionStore(Protocol):
    """Reads of one creator's interactions; another creator's are never returned."""

    def get_interactions(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, InteractionRecord]:
        """Return the creator's interactions among ``ids``."""

    def list_recent_interactions(self, *, creator_id: int, limit: int) -> list[InteractionRecord]:
        """Return the latest interactions, newest first; equal instants by falling id."""

    def count_interactions(self, *, creator_id: int) -> int:
        """Return how many interactions the creator has."""
