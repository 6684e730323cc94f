"""The interface to candidates of a search. Scoring is the application's, so that both stores rank alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from memory.models import VectorSpace
from memory.stores.postings import PostingList

MEASURED = 1000  # similarities, whose mean and spread tell what is near
NEAREST = 300  # of a creator with more vectors than that
SAMPLED = 500  # similarities of theirs that are measured: targets whose id ``SAMPLE_STEP`` divides, the lowest ones
SAMPLE_STEP = 7


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


@dataclass(frozen=True, kw_only=True)
class QuestionVector:
    """A question's vector, in the precision of stored ones, and where it can be compared."""

    space: VectorSpace
    numbers: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A document near a vector; ``similarity`` is the cosine."""

    target: Target
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """The documents nearest to a vector, nearest first, and the mean and spread of similarity among the creator's.

    Of a creator with up to ``MEASURED`` vectors all are here; of one with more the ``NEAREST``, and mean and spread are
    of a sample that is the same in every store.
    """

    nearest: list[Neighbour] = field(default_factory=list)
    middle: float = 0.0
    spread: float = 0.0


class SearchStore(Protocol):
    """Candidates among one creator's documents; another creator's are never returned."""

    def find_term_matches(self, *, creator_id: int, lists: Mapping[str, PostingList]) -> list[TermMatch]:
        """Return every document with any of the terms, whose ``lists`` are those of PostgreSQL's index.

        A store that holds terms of its own looks at its documents instead.
        """

    def find_best_matches(
        self, *, creator_id: int, lists: Mapping[str, PostingList], scoring: TermScoring, limit: int
    ) -> list[TermMatch]:
        """Return the ``limit`` documents that score best to 9 digits, equal ones by target; in no order.

        Exactly as many or fewer, or else every match: a store that cannot score leaves the cut to its caller.
        """

    def find_neighbours(self, *, creator_id: int, vector: QuestionVector) -> Neighbourhood:
        """Return what is near a vector among the creator's vectors of the same space.

        Exact, except where an index of one creator's many vectors answers.
        """
