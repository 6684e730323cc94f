"""One question, looked at from inside: what each arm of the search contributed, and what was left out and why.

Nothing is written and no creator's quota is touched; a provider of embeddings that costs money is paid by the platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from creators.stores import PostgresInteractionStore
from memory.enums import TargetKind
from memory.queries.hits import Hit
from memory.queries.providers import get_active_provider
from memory.queries.ranking_weights import RankingWeights
from memory.queries.retrieval import list_datasets, retrieve
from memory.queries.scoring import score_matches
from memory.queries.tracing import RetrievalTrace
from memory.services.search import embed_question
from memory.stores import PostgresMemoryStore, Target
from migration.queries.routes import Store, choose_store
from veri.platform.connections.errors import translate_store_errors

MOST_DROPPED = 30


@dataclass(frozen=True, kw_only=True)
class Arms:
    """What made a hit's score. ``words`` is BM25, with the gain of memories; ``similarity`` the cosine, or None.

    ``own`` is the score of words and vectors together, ``gain`` what the final score is multiplied by. ``around`` are
    the parts of a message's place: its score is handed out by place, so that they do not add up to it.
    """

    words: float
    similarity: float | None
    own: float
    gain: float
    around: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A candidate that is no hit."""

    target: Target
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """Hits with their arms, best first; what was dropped; milliseconds by step."""

    store: Store
    is_hybrid: bool
    terms: dict[str, float]
    weights: RankingWeights
    hits: list[tuple[Hit, Arms]]
    dropped: list[Dropped]
    milliseconds: dict[str, float]
    candidates: int


def explore_search(
    *, creator_id: int, question: str, store: Store | None, is_hybrid: bool, limit: int = 12
) -> Exploration:
    """Retrieve with a trace, and return how each hit came about. ``store`` None is the routed one.

    Raises:
        StoreUnavailable: MongoDB was named, or is routed, and is away.
    """
    chosen = store or choose_store(datasets=list_datasets(provider=get_active_provider()), scope=creator_id)
    vector = embed_question(creator_id=creator_id, question=question) if is_hybrid else None
    trace = RetrievalTrace()
    with translate_store_errors(store="mongo" if chosen is Store.MONGO else "postgres"):
        found = retrieve(
            creator_id=creator_id, question=question, vector=vector, limit=limit, store=chosen, trace=trace
        )
    return Exploration(
        store=found.store,
        is_hybrid=found.is_hybrid,
        terms=dict(trace.asked.weights),
        weights=trace.asked.ranking,
        hits=_explain_hits(found.hits, trace),
        dropped=_list_dropped(creator_id, trace),
        milliseconds=trace.milliseconds,
        candidates=len(trace.found.scores),
    )


def _explain_hits(hits: list[Hit], trace: RetrievalTrace) -> list[tuple[Hit, Arms]]:
    asked, found = trace.asked, trace.found
    matches = [found.matches[one.target] for one in hits if one.target in found.matches]
    words, _ = score_matches(matches=matches, weights=asked.weights, mean_length=asked.statistics.mean_length)
    near = {one.target: one.similarity for one in found.near.nearest}
    around = trace.explain_messages()
    return [
        (
            one,
            Arms(
                words=words.get(one.target, 0.0) * (asked.ranking.memory_gain if one.memory else 1.0),
                similarity=near.get(one.target),
                own=found.own.get(one.target, 0.0),
                gain=asked.ranking.weigh(one.memory),
                around=around.get(one.target.id, {}) if one.interaction else {},
            ),
        )
        for one in hits
    ]


def _list_dropped(creator_id: int, trace: RetrievalTrace) -> list[Dropped]:
    """Return what was dropped, what scored best first, with its text as PostgreSQL has it."""
    scores = trace.found.scores
    best = sorted(trace.dropped, key=lambda one: (-scores.get(one, 0.0), one))[:MOST_DROPPED]
    ids = {kind: [one.id for one in best if one.kind == kind] for kind in TargetKind.values}
    memories = PostgresMemoryStore().get_memories(creator_id=creator_id, ids=ids[TargetKind.MEMORY.value])
    said = PostgresInteractionStore().get_interactions(creator_id=creator_id, ids=ids[TargetKind.INTERACTION.value])
    texts = {Target(TargetKind.MEMORY.value, pk): one.text for pk, one in memories.items()}
    texts |= {Target(TargetKind.INTERACTION.value, pk): one.text for pk, one in said.items()}
    return [Dropped(target=one, text=texts.get(one, ""), reason=trace.dropped[one]) for one in best]
