"""A question as retrieval works with it: its terms, what they weigh, and what of it decides who is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from memory.queries.corpus import CorpusStatistics
from memory.queries.hits import SearchFilters
from memory.queries.periods import AskedTime, NamedDate
from memory.queries.ranking_weights import CONSTANTS, RankingWeights
from memory.stores import QuestionVector

if TYPE_CHECKING:
    from memory.queries.tracing import RetrievalTrace  # which reads hits


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question as retrieval works with it."""

    creator_id: int
    terms: Sequence[str]
    weights: dict[str, float]
    statistics: CorpusStatistics
    vector: QuestionVector | None
    filters: SearchFilters
    limit: int
    time: AskedTime
    speakers: frozenset[str] = frozenset()
    date: NamedDate | None = None
    asks_time: bool = False
    fades_at: datetime | None = None
    ranking: RankingWeights = CONSTANTS
    trace: "RetrievalTrace | None" = None
