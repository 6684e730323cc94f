"""Retrieve what answers a question: candidates from the routed store, scored the same way on both."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from creators.stores import InteractionRecord, InteractionStore, MongoInteractionStore, PostgresInteractionStore
from memory.clients.embeddings import get_embedder
from memory.enums import MemoryState, MemoryType, TargetKind
from memory.queries.corpus import CorpusStatistics, get_corpus_statistics
from memory.queries.outdated import Outdated, find_outdated, restates
from memory.queries.periods import AskedTime, drop_time, read_time
from memory.queries.scoring import COURTESIES, fuse_scores, score_matches, weigh_terms
from memory.stores import (
    MemoryRecord,
    MemoryStore,
    MongoMemoryStore,
    MongoSearchStore,
    PostgresMemoryStore,
    PostgresSearchStore,
    SearchStore,
    Target,
)
from migration.queries.routes import Store, read_routed
from veri.platform.observability.metrics import SEARCH_LATENCY
from veri.platform.text import analyse, normalise

DATASETS = ("interactions", "memories", "memory_vectors")
CANDIDATES = 30
WINDOW = 4 * CANDIDATES
NEIGHBOURS = 60
MEMORY_GAIN = 1.2  # a formed memory says more than one message
SLOT_GAIN = 1.3  # and what holds one value at a time says most


@dataclass(frozen=True, kw_only=True)
class SearchFilters:
    """What a search is narrowed to; empty means everything. ``since`` is included, ``until`` is not."""

    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found. ``coverage`` is the share of the question's weight its words carry.

    ``outdated`` are values an interaction also states that hold no longer: sentences with them are not to be quoted.
    """

    target: Target
    score: float
    coverage: float
    memory: MemoryRecord | None = None
    interaction: InteractionRecord | None = None
    outdated: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        found = self.memory or self.interaction
        return found.text if found else ""


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """Hits, best first, with the store they came from."""

    hits: list[Hit]
    store: Store
    fell_back: bool
    is_hybrid: bool


@dataclass(frozen=True, kw_only=True)
class _Question:
    creator_id: int
    terms: Sequence[str]
    weights: dict[str, float]
    statistics: CorpusStatistics
    vector: NDArray[np.float32] | None
    filters: SearchFilters
    limit: int
    time: AskedTime


@dataclass(frozen=True, kw_only=True)
class _Stores:
    search: SearchStore
    memories: MemoryStore
    interactions: InteractionStore


POSTGRES = _Stores(
    search=PostgresSearchStore(), memories=PostgresMemoryStore(), interactions=PostgresInteractionStore()
)
MONGO = _Stores(search=MongoSearchStore(), memories=MongoMemoryStore(), interactions=MongoInteractionStore())
_NO_FILTERS = SearchFilters()


def retrieve(
    *,
    creator_id: int,
    question: str,
    vector: NDArray[np.float32] | None = None,
    limit: int = 10,
    filters: SearchFilters = _NO_FILTERS,
) -> Retrieval:
    """Return what of one creator's memory matches a question, best first; nothing when nothing matches.

    OR semantics, BM25; with the question's ``vector`` fused with vectors. Superseded memories and what states their
    values are left out unless the question asks for the past; of a past month or year only what held or happened then
    is left. Falls back to PostgreSQL when MongoDB is away.
    """
    started = perf_counter()
    asked = _prepare(creator_id, question, vector, limit, filters)
    routed = read_routed(
        datasets=DATASETS,
        scope=creator_id,
        from_mongo=lambda: _search(MONGO, asked),
        from_postgres=lambda: _search(POSTGRES, asked),
    )
    is_hybrid = asked.vector is not None
    mode = "hybrid" if is_hybrid else "text"
    SEARCH_LATENCY.labels(store=routed.store.value, mode=mode).observe(perf_counter() - started)
    return Retrieval(hits=routed.value, store=routed.store, fell_back=routed.fell_back, is_hybrid=is_hybrid)


def _prepare(
    creator_id: int, question: str, vector: NDArray[np.float32] | None, limit: int, filters: SearchFilters
) -> _Question:
    normal = normalise(question)
    time = read_time(normal)
    written = sorted(set(analyse(drop_time(normal, time))))
    terms = [one for one in written if one not in COURTESIES] or written
    statistics = get_corpus_statistics(creator_id=creator_id, terms=terms)
    return _Question(
        creator_id=creator_id,
        terms=terms,
        weights=weigh_terms(terms=terms, statistics=statistics),
        statistics=statistics,
        vector=vector,
        filters=filters,
        limit=limit,
        time=time,
    )


def _search(stores: _Stores, asked: _Question) -> list[Hit]:
    matches = stores.search.find_term_matches(creator_id=asked.creator_id, terms=asked.terms) if asked.terms else []
    lexical, coverage = score_matches(matches=matches, weights=asked.weights, mean_length=asked.statistics.mean_length)
    for target in lexical:
        if target.kind == TargetKind.MEMORY:
            lexical[target] *= MEMORY_GAIN
    scores = lexical if asked.vector is None else _fuse(stores, asked, lexical)
    wanted = asked.filters.kinds
    ranked = _iterate_ranked({target: score for target, score in scores.items() if not wanted or target.kind in wanted})
    return _collect(stores, asked, _iterate_current(stores, asked, ranked), scores, coverage)


def _iterate_ranked(scores: dict[Target, float]) -> Iterator[Target]:
    """Yield targets, best first. All are sorted only for a reader who goes beyond the first window."""
    keyed = [(-round(score, 9), target) for target, score in scores.items()]
    yield from (target for _, target in nsmallest(WINDOW, keyed))
    if len(keyed) > WINDOW:
        yield from (target for _, target in sorted(keyed)[WINDOW:])


def _iterate_current(stores: _Stores, asked: _Question, ranked: Iterator[Target]) -> Iterator[Target]:
    """Yield what still holds, best first, before candidates are cut: a long history must not hide the present.

    The store is asked in growing windows, since few readers want more than the beginning.
    """
    size = WINDOW
    while window := list(islice(ranked, size)):
        memory_ids = [one.id for one in window if one.kind == TargetKind.MEMORY]
        gone: set[int] = set()
        if memory_ids and not asked.time.wants_superseded:
            gone = stores.memories.find_superseded(creator_id=asked.creator_id, ids=memory_ids)
        yield from (one for one in window if one.kind != TargetKind.MEMORY or one.id not in gone)
        size *= 4


def _collect(
    stores: _Stores,
    asked: _Question,
    current: Iterator[Target],
    scores: dict[Target, float],
    coverage: dict[Target, float],
) -> list[Hit]:
    """Load candidates best first, in growing portions, until enough of them pass the filters."""
    hits: list[Hit] = []
    size = CANDIDATES
    while len(hits) < asked.limit and (portion := list(islice(current, size))):
        hits += _load(stores, asked, portion, scores, coverage)
        size *= 4
    return sorted(hits, key=lambda hit: (-round(hit.score, 9), hit.target))[: asked.limit]


def _fuse(stores: _Stores, asked: _Question, lexical: dict[Target, float]) -> dict[Target, float]:
    assert asked.vector is not None  # noqa: S101  the caller checked; narrows the type
    embedder = get_embedder()
    neighbours = stores.search.find_neighbours(
        creator_id=asked.creator_id,
        model=(embedder.model, embedder.model_version),
        vector=asked.vector,
        limit=NEIGHBOURS,
    )
    return fuse_scores(lexical=lexical, neighbours=neighbours)


def _load(
    stores: _Stores,
    asked: _Question,
    targets: Sequence[Target],
    scores: dict[Target, float],
    coverage: dict[Target, float],
) -> list[Hit]:
    memory_ids = [one.id for one in targets if one.kind == TargetKind.MEMORY]
    interaction_ids = [one.id for one in targets if one.kind == TargetKind.INTERACTION]
    memories = stores.memories.get_memories(creator_id=asked.creator_id, ids=memory_ids)
    interactions = stores.interactions.get_interactions(creator_id=asked.creator_id, ids=interaction_ids)
    outdated = _find_outdated(asked, interaction_ids, memories.values())
    slots = {Target(TargetKind.MEMORY.value, one.id) for one in memories.values() if one.is_slot}
    hits = [
        Hit(
            target=one,
            score=scores[one] * (SLOT_GAIN if one in slots else 1.0),
            coverage=coverage.get(one, 0.0),
            memory=memories.get(one.id) if one.kind == TargetKind.MEMORY else None,
            interaction=interactions.get(one.id) if one.kind == TargetKind.INTERACTION else None,
            outdated=outdated.list_values([one.id]) if one.kind == TargetKind.INTERACTION else frozenset(),
        )
        for one in targets
    ]
    return [hit for hit in hits if _is_wanted(hit, asked, outdated)]


def _find_outdated(asked: _Question, interaction_ids: list[int], memories: Iterable[MemoryRecord]) -> Outdated:
    """Return what holds no longer of interactions, and of those that content memories tell."""
    told = [pk for one in memories if _tells_content(one) for pk in one.latest_evidence]
    if asked.time.history or asked.time.confines or not (interaction_ids or told):
        return Outdated()
    return find_outdated(creator_id=asked.creator_id, interaction_ids={*interaction_ids, *told})


def _tells_content(memory: MemoryRecord) -> bool:
    return memory.type == MemoryType.CONTENT_KNOWLEDGE and not memory.is_slot


def _is_wanted(hit: Hit, asked: _Question, outdated: Outdated) -> bool:
    if hit.memory:
        at, kind_fits = hit.memory.valid_from, _is_memory_wanted(hit.memory, asked, outdated)
    elif hit.interaction:
        at, kind_fits = hit.interaction.occurred_at, _is_interaction_wanted(hit.interaction, asked, outdated)
    else:  # deleted since it was indexed
        return False
    since, until = asked.filters.since, asked.filters.until
    return kind_fits and (since is None or at >= since) and (until is None or at < until)


def _is_memory_wanted(memory: MemoryRecord, asked: _Question, outdated: Outdated) -> bool:
    filters, time = asked.filters, asked.time
    if filters.platforms or (filters.types and memory.type not in filters.types):
        return False
    if memory.is_slot:
        holds = memory.state == MemoryState.ACTIVE or time.wants_superseded
        return holds and (time.period is None or time.period.meets(memory.valid_from, memory.valid_to))
    if time.confines and not time.confines.meets(memory.valid_from, memory.valid_from):
        return False
    values = outdated.list_values(memory.latest_evidence) if _tells_content(memory) else frozenset()
    return not restates(memory.text, values)


def _is_interaction_wanted(interaction: InteractionRecord, asked: _Question, outdated: Outdated) -> bool:
    filters, confines = asked.filters, asked.time.confines
    return (
        interaction.id not in outdated.whole
        and not filters.types
        and (not filters.platforms or interaction.platform in filters.platforms)
        and (confines is None or confines.meets(interaction.occurred_at, interaction.occurred_at))
    )
