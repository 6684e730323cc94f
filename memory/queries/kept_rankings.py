"""Rankings kept in a process while nothing they rest on changes: asking the same again costs reading what was found.

A ranking follows from a creator's index, whose generation its key holds, from the question and from the weights alone.
What was found is read anew each time, so that states, words and retention are those of now.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from memory.queries.periods import NamedDate
from memory.queries.question import Question
from memory.stores import Target
from veri.platform.connections.bridge import is_bridged, wait_for

MOST = 400  # rankings a process keeps


@dataclass(frozen=True, kw_only=True)
class RankingKey:
    """Everything a ranking by words follows from. Documents without a term count, and leave the generation alone."""

    creator_id: int
    generation: int
    documents: int
    mean_length: float
    terms: tuple[str, ...]
    speakers: frozenset[str]
    date: NamedDate | None
    asks_time: bool
    kinds: frozenset[str]
    memory_gain: float


@dataclass(frozen=True, kw_only=True)
class KeptRanking:
    """The first window of a ranking, best first; ``is_last`` tells that nothing lies beyond it."""

    ranked: Sequence[Target]
    scores: Mapping[Target, float]
    coverage: Mapping[Target, float]
    is_last: bool


def get_ranking_key(asked: Question) -> RankingKey | None:
    """Return the key of a question whose ranking may be kept: by words alone, not narrowed, not watched."""
    generation = asked.statistics.generation
    if not generation or asked.vector is not None or asked.trace is not None or not asked.filters.narrowing.is_empty:
        return None
    return RankingKey(
        creator_id=asked.creator_id,
        generation=generation,
        documents=asked.statistics.documents,
        mean_length=asked.statistics.mean_length,
        terms=tuple(asked.terms),
        speakers=asked.speakers,
        date=asked.date,
        asks_time=asked.asks_time,
        kinds=asked.filters.kinds,
        memory_gain=asked.ranking.memory_gain,
    )


class KeptRankings:
    """The rankings asked for last; requests that ask the same on one event loop wait for the first of them."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[RankingKey, KeptRanking] = OrderedDict()
        self._under_way: dict[RankingKey, asyncio.Future[None]] = {}
        self._lock = threading.Lock()

    def get_or_rank(self, *, key: RankingKey, rank: Callable[[], KeptRanking]) -> KeptRanking:
        """Return what is kept of a key, or what ``rank`` returns, which is kept then."""
        if kept := self._get(key):
            return kept
        if not is_bridged():
            return self._rank(key, rank)
        if first := self._under_way.get(key):
            wait_for(asyncio.shield(first))
            return self._get(key) or self._rank(key, rank)
        ended = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            return self._rank(key, rank)
        finally:
            self._under_way.pop(key, None)
            ended.set_result(None)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()

    def _get(self, key: RankingKey) -> KeptRanking | None:
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
            return kept

    def _rank(self, key: RankingKey, rank: Callable[[], KeptRanking]) -> KeptRanking:
        kept = rank()
        with self._lock:
            self._kept[key] = kept
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept
