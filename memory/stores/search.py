"""The interface to candidates of a search. Scoring is the application's, so that both stores rank alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

HEADER_BYTES = 4  # halfvec_send: dimensions and a reserved word, 16 bits each


class Target(NamedTuple):
    """What a search finds: ``memory`` or ``interaction``, and its id."""

    kind: str
    id: int


class TermMatch(NamedTuple):
    """A document that holds at least one term: how often each stands in it, and its length in terms.

    A tuple, since a common word makes thousands of them.
    """

    target: Target
    frequencies: Mapping[str, int]
    length: int


@dataclass(frozen=True, kw_only=True)
class TermScoring:
    """What a document's terms are worth, for a store that can compute it.

    The score is the sum over its terms of ``weight * frequency / (frequency + norm_base + norm_per_term * length)``,
    times ``memory_gain`` for a memory. Other kinds than ``kinds`` are not wanted.
    """

    weights: Mapping[str, float]
    norm_base: float
    norm_per_term: float
    memory_gain: float
    kinds: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A document near a vector; ``similarity`` is the cosine."""

    target: Target
    similarity: float


class SearchStore(Protocol):
    """Candidates among one creator's documents; another creator's are never returned."""

    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        """Return every document with any of the terms."""

    def find_best_matches(self, *, creator_id: int, scoring: TermScoring, limit: int) -> list[TermMatch]:
        """Return the ``limit`` documents that score best to 9 digits, equal ones by target; in no order.

        Exactly as many or fewer, or else every match: a store that cannot score leaves the cut to its caller.
        """

    def find_neighbours(
        self, *, creator_id: int, model: tuple[str, str], vector: NDArray[np.float32], limit: int
    ) -> list[Neighbour]:
        """Return the documents nearest to a vector of a model (name, version) by exact scan, nearest first."""


def rank_neighbours(
    *, stored: Sequence[tuple[Target, bytes]], vector: NDArray[np.float32], limit: int
) -> list[Neighbour]:
    """Return the nearest of stored vectors (pgvector's binary halfvec) by cosine, equal ones by target.

    Both stores end here: computed once, in double precision and rounded, so that they give the same numbers.
    """
    if not stored:
        return []
    matrix = read_halfvecs([embedding for _, embedding in stored])
    asked = vector.astype(np.float64)
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(asked)
    similarities = np.round(matrix @ asked / np.where(lengths > 0, lengths, 1), 12).tolist()
    keyed = [(-similarity, target) for (target, _), similarity in zip(stored, similarities, strict=True)]
    return [Neighbour(target=target, similarity=-key) for key, target in nsmallest(limit, keyed)]


def read_halfvecs(stored: Sequence[bytes]) -> NDArray[np.float64]:
    """Return the numbers of pgvector's binary form of halfvecs of one dimension, a row each."""
    rows = np.frombuffer(b"".join(stored), dtype=np.uint8).reshape(len(stored), -1)
    return np.ascontiguousarray(rows[:, HEADER_BYTES:]).view(">f2").astype(np.float64)
