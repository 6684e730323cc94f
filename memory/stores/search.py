"""The interface to candidates of a search. Scoring is the application's, so that both stores rank alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Target(NamedTuple):
    """What a search finds: ``memory`` or ``interaction``, and its id."""

    kind: str
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TermMatch:
    """A document that holds at least one term: how often each stands in it, and its length in terms."""

    target: Target
    frequencies: Mapping[str, int]
    length: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A document near a vector; ``similarity`` is the cosine."""

    target: Target
    similarity: float


class SearchStore(Protocol):
    """Candidates among one creator's documents; another creator's are never returned."""

    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        """Return every document with any of the terms."""

    def find_neighbours(
        self, *, creator_id: int, model: str, vector: NDArray[np.float32], limit: int
    ) -> list[Neighbour]:
        """Return the documents nearest to a unit vector by exact scan, nearest first."""
