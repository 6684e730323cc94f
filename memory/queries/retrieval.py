"""Retrieve what answers a question: candidates from the routed store, scored the same way on both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from time import perf_counter

from django.utils import timezone

from creators.stores import InteractionStore, MongoInteractionStore, PostgresInteractionStore
from memory.datasets import VECTOR_DATASETS
from memory.enums import EmbeddingProvider, MemoryState, TargetKind
from memory.queries.conversations import list_possible_names
from memory.queries.corpus import get_corpus_statistics
from memory.queries.dialogue import asks_for_time
from memory.queries.hits import Hit, Retrieval, SearchFilters
from memory.queries.kept_rankings import KeptRanking, KeptRankings, get_ranking_key
from memory.queries.periods import drop_time, find_named_date, read_time
from memory.queries.providers import get_active_provider
from memory.queries.question import Question
from memory.queries.ranking_weights import RankingWeights, get_ranking_weights
from memory.queries.reranking import MessageQuestion, rerank_messages
from memory.queries.scoring import COURTESIES, build_term_scoring, fuse_scores, score_matches, weigh_terms
from memory.queries.tracing import RetrievalTrace
from memory.queries.wanted import find_outdated_of, is_dormant, is_wanted, weigh_memories
from memory.stores import (
    MemoryRecord,
    MemoryStore,
    MongoMemoryStore,
    MongoNarrowingStore,
    MongoSearchStore,
    NarrowingStore,
    Neighbourhood,
    PostgresMemoryStore,
    PostgresNarrowingStore,
    PostgresSearchStore,
    QuestionVector,
    SearchStore,
    Target,
    TermMatch,
)
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from migration.queries.routes import Routed, Store, read_routed
from veri.platform.observability.metrics import SEARCH_LATENCY
from veri.platform.text import analyse, normalise

CANDIDATES = 30
WINDOW = 4 * CANDIDATES
READ_WHOLE = 50  # memories; of more only the state is asked
FEW = 200  # matches: to read them costs less than to let the store choose
NEIGHBOURS = 60


@dataclass(kw_only=True)
class _Found:
    """What is known so far: by target its match, its own score and its final one; memories read, by id."""

    matches: dict[Target, TermMatch] = field(default_factory=dict)
    near: Neighbourhood = field(default_factory=Neighbourhood)
    own: dict[Target, float] = field(default_factory=dict)
    scores: dict[Target, float] = field(default_factory=dict)
    coverage: dict[Target, float] = field(default_factory=dict)
    memories: dict[int, MemoryRecord] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Stores:
    search: SearchStore
    memories: MemoryStore
    interactions: InteractionStore
    narrowing: NarrowingStore


POSTGRES = _Stores(
    search=PostgresSearchStore(),
    memories=PostgresMemoryStore(),
    interactions=PostgresInteractionStore(),
    narrowing=PostgresNarrowingStore(),
)
MONGO = _Stores(
    search=MongoSearchStore(),
    memories=MongoMemoryStore(),
    interactions=MongoInteractionStore(),
    narrowing=MongoNarrowingStore(),
)
_STORES = {Store.POSTGRES: POSTGRES, Store.MONGO: MONGO}
_NO_FILTERS = SearchFilters()
_rankings = KeptRankings()


def retrieve(
    *,
    creator_id: int,
    question: str,
    vector: QuestionVector | None = None,
    limit: int = 10,
    filters: SearchFilters = _NO_FILTERS,
    store: Store | None = None,
    now: datetime | None = None,
    ranking: RankingWeights | None = None,
    trace: RetrievalTrace | None = None,
) -> Retrieval:
    """Return what of one creator's memory matches a question, best first; nothing when nothing matches.

    OR semantics, BM25; with the question's ``vector`` fused with vectors. Superseded memories and what states their
    values are left out unless the question asks for the past; of a past month or year only what held or happened then
    is left. Archived memories are never found. Where ``MEMORY_DECAY`` reaches the creator, a memory's score is its
    relevance by retention by importance at ``now``, and dormant ones come last.

    Falls back to PostgreSQL when MongoDB is away; a ``store`` that is named is read and no other. ``ranking`` None are
    the creator's weights in force; a ``trace`` is filled with how the hits came about.
    """
    started = perf_counter()
    fades_at = (now or timezone.now()) if is_flag_on(Flag.MEMORY_DECAY, scope=creator_id) else None
    asked = _prepare(creator_id, question, vector, limit, filters, ranking=ranking, trace=trace)
    asked = replace(asked, fades_at=fades_at)
    routed = _read(asked) if store is None else Routed(value=_search(_STORES[store], asked), store=store)
    is_hybrid = asked.vector is not None
    mode = "hybrid" if is_hybrid else "text"
    SEARCH_LATENCY.labels(store=routed.store.value, mode=mode).observe(perf_counter() - started)
    return Retrieval(hits=routed.value, store=routed.store, fell_back=routed.fell_back, is_hybrid=is_hybrid)


def _read(asked: Question) -> Routed[list[Hit]]:
    return read_routed(
        datasets=list_datasets(provider=asked.vector.space.provider if asked.vector else get_active_provider()),
        scope=asked.creator_id,
        from_mongo=lambda: _search(MONGO, asked),
        from_postgres=lambda: _search(POSTGRES, asked),
        kind="retrieval",
        digest=_reduce,
    )


def list_datasets(*, provider: EmbeddingProvider) -> tuple[str, ...]:
    """Return what a search reads, with the vectors of the provider that is searched."""
    return ("interactions", "memories", VECTOR_DATASETS[provider].name)


def _reduce(hits: list[Hit]) -> list[object]:
    """Return what both stores must say alike: which things, in which order, with which scores."""
    return [(hit.target, round(hit.score, 6), hit.text) for hit in hits]


def _prepare(
    creator_id: int,
    question: str,
    vector: QuestionVector | None,
    limit: int,
    filters: SearchFilters,
    *,
    ranking: RankingWeights | None = None,
    trace: RetrievalTrace | None = None,
) -> Question:
    normal = normalise(question)
    time = read_time(normal)
    written = sorted(set(analyse(drop_time(normal, time))))
    terms = [one for one in written if one not in COURTESIES] or written
    statistics = get_corpus_statistics(creator_id=creator_id, terms=terms, words=list_possible_names(normal))
    return Question(
        creator_id=creator_id,
        terms=terms,
        weights=weigh_terms(terms=terms, statistics=statistics),
        statistics=statistics,
        vector=vector,
        filters=filters,
        limit=limit,
        time=time,
        speakers=statistics.speakers,
        date=find_named_date(normal),
        asks_time=asks_for_time(normal),
        ranking=ranking or get_ranking_weights(creator_id=creator_id),
        trace=trace,
    )


def _search(stores: _Stores, asked: Question) -> list[Hit]:
    found = _Found()
    if asked.trace is not None:
        asked.trace.begin(asked=asked, found=found)
    ranked = _iterate_ranked(stores, asked, found)
    return _collect(stores, asked, _iterate_current(stores, asked, ranked, found), found)


def _iterate_ranked(stores: _Stores, asked: Question, found: _Found) -> Iterator[Target]:
    """Yield targets, best first, in growing windows; the messages of each are ranked by what is said around them.

    The store is asked for more only when a reader goes beyond what it gave. PostgreSQL's first window is kept: it
    follows from an index of one generation.
    """
    limit = WINDOW
    key = get_ranking_key(asked) if stores is POSTGRES else None
    if key:
        kept = _rankings.get_or_rank(key=key, rank=lambda: _rank_first(stores, asked, found))
        found.scores.update(kept.scores)
        found.coverage.update(kept.coverage)
        yield from kept.ranked
        if kept.is_last:
            return
        limit *= 4
    keyed: list[tuple[float, Target]] = []
    is_complete = False
    while True:
        if not is_complete:
            keyed, is_complete = _find_keyed(stores, asked, limit, found)
        yield from _rank(asked, [target for _, target in nsmallest(limit, keyed)], found)
        if is_complete and len(keyed) <= limit:
            return
        limit *= 4


def _rank_first(stores: _Stores, asked: Question, found: _Found) -> KeptRanking:
    """Rank the first window."""
    keyed, is_complete = _find_keyed(stores, asked, WINDOW, found)
    ranked = _rank(asked, [target for _, target in nsmallest(WINDOW, keyed)], found)
    return KeptRanking(
        ranked=ranked,
        scores=dict(found.scores),
        coverage={one: found.coverage[one] for one in ranked if one in found.coverage},
        is_last=is_complete and len(keyed) <= WINDOW,
    )


def _find_keyed(stores: _Stores, asked: Question, limit: int, found: _Found) -> tuple[list[tuple[float, Target]], bool]:
    """Return what matches, the lowest key the best, and whether that is everything."""
    matches = _find_matches(stores, asked, limit)
    _mark(asked, "words")
    keyed = _score(stores, asked, matches, found)
    _mark(asked, "score")
    return keyed, asked.vector is not None or len(matches) != limit


def _mark(asked: Question, step: str) -> None:
    """Note that a step has ended, where somebody looks."""
    if asked.trace is not None:
        asked.trace.mark(step)


def _find_matches(stores: _Stores, asked: Question, limit: int) -> list[TermMatch]:
    """Return what scores best; everything when that is little, or when vectors are to be added before a cut."""
    if not asked.terms:
        return []
    if asked.vector is not None or sum(asked.statistics.document_frequencies.values()) < max(limit, FEW):
        return stores.search.find_term_matches(creator_id=asked.creator_id, lists=asked.statistics.lists)
    kinds = sorted(asked.filters.kinds) or TargetKind.values
    scoring = build_term_scoring(
        weights=asked.weights,
        mean_length=asked.statistics.mean_length,
        kinds=kinds,
        memory_gain=asked.ranking.memory_gain,
    )
    return stores.search.find_best_matches(
        creator_id=asked.creator_id, lists=asked.statistics.lists, scoring=scoring, limit=limit
    )


def _score(stores: _Stores, asked: Question, matches: Sequence[TermMatch], found: _Found) -> list[tuple[float, Target]]:
    """Keep the scores of matches and return those of the wanted kinds; the lowest key is the best."""
    lexical, coverage = score_matches(matches=matches, weights=asked.weights, mean_length=asked.statistics.mean_length)
    for target in lexical:
        if target.kind == TargetKind.MEMORY:
            lexical[target] *= asked.ranking.memory_gain
    scores = lexical if asked.vector is None else _fuse(stores, asked, lexical, found)
    found.matches.update((one.target, one) for one in matches)
    found.own.update(scores)
    found.coverage.update(coverage)
    wanted = asked.filters.kinds
    kept = _keep_wanted(stores, asked, [one for one in scores if not wanted or one.kind in wanted])
    return [(-round(scores[one], 9), one) for one in kept]


def _keep_wanted(stores: _Stores, asked: Question, targets: Sequence[Target]) -> Sequence[Target]:
    """Return the targets that pass the filters, as their store says."""
    if (narrowing := asked.filters.narrowing).is_empty:
        return targets
    kept = stores.narrowing.keep_wanted(creator_id=asked.creator_id, targets=targets, narrowing=narrowing)
    return [one for one in targets if one in kept]


def _rank(asked: Question, best: Sequence[Target], found: _Found) -> list[Target]:
    """Return the targets of a window that are not ranked yet, best first, and keep their final scores.

    Of what lies beyond the window nothing is used that not every store tells.
    """
    scores = {one: found.own[one] for one in best}
    if not asked.filters.kinds or TargetKind.INTERACTION in asked.filters.kinds:
        messages = MessageQuestion(
            creator_id=asked.creator_id,
            weights=asked.weights,
            mean_length=asked.statistics.mean_length,
            documents=asked.statistics.documents,
            speakers=asked.speakers,
            date=asked.date,
            asks_time=asked.asks_time,
            provider=asked.vector.space.provider if asked.vector else None,
        )
        matches = found.matches if found.near.nearest else {one: found.matches[one] for one in best}
        if asked.trace is not None:
            asked.trace.note_messages(asked=messages, scores=scores, matches=matches, near=found.near)
        scores = rerank_messages(asked=messages, scores=scores, matches=matches, near=found.near)
    _mark(asked, "messages")
    fresh = {one: score for one, score in scores.items() if one not in found.scores}
    found.scores.update(fresh)
    return [one for _, one in sorted((-round(score, 9), one) for one, score in fresh.items())]


def _iterate_current(stores: _Stores, asked: Question, ranked: Iterator[Target], found: _Found) -> Iterator[Target]:
    """Yield what still holds, best first, before candidates are cut: a long history must not hide the present.

    The store is asked in growing windows, since few readers want more than the beginning.
    """
    size = WINDOW
    while window := list(islice(ranked, size)):
        memory_ids = [one.id for one in window if one.kind == TargetKind.MEMORY]
        gone = _find_gone(stores, asked, memory_ids, found)
        if asked.trace is not None:
            asked.trace.note_superseded(gone)
            asked.trace.mark("superseded")
        yield from (one for one in window if one.kind != TargetKind.MEMORY or one.id not in gone)
        size *= 4


def _find_gone(stores: _Stores, asked: Question, memory_ids: list[int], found: _Found) -> set[int]:
    """Return which memories are archived, or hold no longer. A few are read whole: they are wanted next."""
    states = [MemoryState.ARCHIVED.value]
    if not asked.time.wants_superseded:
        states.append(MemoryState.SUPERSEDED.value)
    if len(memory_ids) > READ_WHOLE:
        return stores.memories.find_in_states(creator_id=asked.creator_id, ids=memory_ids, states=states)
    return {one.id for one in _read_memories(stores, asked, memory_ids, found) if one.state in states}


def _read_memories(stores: _Stores, asked: Question, memory_ids: list[int], found: _Found) -> list[MemoryRecord]:
    """Return those of the memories that exist, each read once."""
    if missing := [pk for pk in memory_ids if pk not in found.memories]:
        found.memories.update(stores.memories.get_memories(creator_id=asked.creator_id, ids=missing))
    return [found.memories[pk] for pk in memory_ids if pk in found.memories]


def _collect(
    stores: _Stores,
    asked: Question,
    current: Iterator[Target],
    found: _Found,
) -> list[Hit]:
    """Load candidates best first, in growing portions, until enough of them pass the filters."""
    hits: list[Hit] = []
    size = CANDIDATES
    while len(hits) < asked.limit and (portion := list(islice(current, size))):
        hits += _load(stores, asked, portion, found)
        _mark(asked, "load")
        size *= 4
    return sorted(hits, key=lambda hit: hit.order)[: asked.limit]


def _fuse(stores: _Stores, asked: Question, lexical: dict[Target, float], found: _Found) -> dict[Target, float]:
    assert asked.vector is not None  # noqa: S101  the caller checked; narrows the type
    _mark(asked, "score")
    found.near = stores.search.find_neighbours(creator_id=asked.creator_id, vector=asked.vector)
    _mark(asked, "vectors")
    dense = asked.ranking.dense_weight
    return fuse_scores(lexical=lexical, neighbours=found.near.nearest[:NEIGHBOURS], dense_weight=dense)


def _load(
    stores: _Stores,
    asked: Question,
    targets: Sequence[Target],
    found: _Found,
) -> list[Hit]:
    if asked.filters.terms:  # messages ranked by what is said around them need not hold them
        targets = _keep_wanted(stores, asked, targets)
    memory_ids = [one.id for one in targets if one.kind == TargetKind.MEMORY]
    interaction_ids = [one.id for one in targets if one.kind == TargetKind.INTERACTION]
    memories = {one.id: one for one in _read_memories(stores, asked, memory_ids, found)}
    interactions = stores.interactions.get_interactions(creator_id=asked.creator_id, ids=interaction_ids)
    outdated = find_outdated_of(asked, interaction_ids, memories.values())
    weights = weigh_memories(asked, list(memories.values()))
    hits = [
        Hit(
            target=one,
            score=found.scores[one]
            * asked.ranking.weigh(memories.get(one.id) if one.kind == TargetKind.MEMORY else None)
            * weights.get(one, 1.0),
            coverage=found.coverage.get(one, 0.0),
            memory=memories.get(one.id) if one.kind == TargetKind.MEMORY else None,
            interaction=interactions.get(one.id) if one.kind == TargetKind.INTERACTION else None,
            outdated=outdated.list_values([one.id]) if one.kind == TargetKind.INTERACTION else frozenset(),
            is_dormant=is_dormant(asked, memories.get(one.id) if one.kind == TargetKind.MEMORY else None),
        )
        for one in targets
    ]
    wanted = [hit for hit in hits if is_wanted(hit, asked, outdated)]
    if asked.trace is not None:
        asked.trace.note_loaded(hits=hits, wanted=wanted, outdated=outdated)
    return wanted
