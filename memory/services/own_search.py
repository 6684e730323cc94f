"""Search one's own memories, interactions and content: filters written and given, answers shared for five minutes."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import orjson

from creators.generations import build_namespace
from creators.models import ContentItem
from creators.queries.content import find_content_items
from creators.stores import InteractionRecord
from memory.enums import SearchKind, TargetKind
from memory.queries.brand_names import list_brand_names
from memory.queries.content_search import ContentNarrowing, find_content
from memory.queries.hits import SearchFilters
from memory.queries.providers import get_discovery_space
from memory.queries.question_filters import WrittenFilters, read_filters
from memory.queries.recent import list_recent
from memory.queries.retrieval import POSTGRES
from memory.services.question_vectors import get_question_vector
from memory.services.search import search_memory
from memory.stores import MemoryRecord
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from veri.platform.cache.aside import get_or_compute
from veri.platform.text import analyse

KEPT_SECONDS = 300
CONTENT = SearchKind.CONTENT.value


@dataclass(frozen=True, kw_only=True)
class OwnQuestion:
    """What is looked for among one creator's own things; empty filters mean everything."""

    creator_id: int
    query: str
    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class FoundOwn:
    """One thing found, loaded now; exactly one of memory, interaction and content is set."""

    kind: str
    id: int
    score: float
    coverage: float
    memory: MemoryRecord | None = None
    interaction: InteractionRecord | None = None
    content: ContentItem | None = None


@dataclass(frozen=True, kw_only=True)
class OwnAnswer:
    """Memories and interactions, and content items apart: their scores have scales of their own."""

    results: list[FoundOwn] = field(default_factory=list)
    content: list[FoundOwn] = field(default_factory=list)
    filters: dict[str, Any] = field(default_factory=dict)
    is_hybrid: bool = False


def search_own(*, question: OwnQuestion, now: datetime) -> OwnAnswer:
    """Return what matches, best first; nothing when no word of the question can be looked for.

    Only ids and scores are cached, under the creator's generation: what was deleted or changed meanwhile is not shown
    from the cache.
    """
    written = read_filters(question.query, known_brands=list_brand_names(creator_id=question.creator_id), now=now)
    asked = _merge(question, written)
    is_hybrid = is_flag_on(Flag.HYBRID_SEARCH, scope=question.creator_id)
    found = get_or_compute(
        key=f"{_hash(asked)}:{int(is_hybrid)}{int(is_flag_on(Flag.MEMORY_DECAY, scope=question.creator_id))}",
        ttl=KEPT_SECONDS,
        compute=lambda: _find(asked),
        namespace=build_namespace(creator_id=question.creator_id),
    )
    return OwnAnswer(
        results=_load(question.creator_id, found["results"]),
        content=_load(question.creator_id, found["content"]),
        filters=describe_filters(asked),
        is_hybrid=is_hybrid,
    )


def describe_filters(asked: OwnQuestion) -> dict[str, Any]:
    """Return the filters in force, given and written."""
    return {
        "kinds": sorted(asked.kinds),
        "types": sorted(asked.types),
        "platforms": sorted(asked.platforms),
        "brands": list(asked.brands),
        "tags": list(asked.tags),
        "since": asked.since,
        "until": asked.until,
    }


def _merge(question: OwnQuestion, written: WrittenFilters) -> OwnQuestion:
    """Return the question with the filters it writes; what is given apart wins over what is written."""
    return OwnQuestion(
        creator_id=question.creator_id,
        query=written.bare,
        kinds=question.kinds,
        types=question.types,
        platforms=question.platforms or written.platforms,
        brands=question.brands or written.brands,
        tags=question.tags or written.tags,
        since=question.since or (None if question.until else written.since),
        until=question.until or (None if question.since else written.until),
        limit=question.limit,
    )


def _find(asked: OwnQuestion) -> dict[str, list[list[Any]]]:
    required = frozenset(term for name in (*asked.brands, *asked.tags) for term in analyse(name))
    query = asked.query if analyse(asked.query) else " ".join([*asked.brands, *asked.tags])
    terms = sorted(set(analyse(query)))
    stored = asked.kinds & set(TargetKind.values)
    filters = SearchFilters(
        kinds=frozenset(stored),
        types=asked.types,
        platforms=asked.platforms,
        terms=required,
        since=asked.since,
        until=asked.until,
    )
    wants_stored, wants_content = not asked.kinds or bool(stored), not asked.kinds or CONTENT in asked.kinds
    results: list[list[Any]] = []
    content: list[list[Any]] = []
    if wants_stored and terms:
        found = search_memory(
            creator_id=asked.creator_id, question=query, action=uuid4().hex, limit=asked.limit, filters=filters
        )
        results = [[hit.target.kind, hit.target.id, hit.score, hit.coverage] for hit in found.hits]
    elif wants_stored and (asked.platforms or asked.since or asked.until):
        recent = list_recent(creator_id=asked.creator_id, filters=filters, limit=asked.limit)
        results = [[TargetKind.INTERACTION.value, pk, 0.0, 0.0] for pk in recent]
    if wants_content and terms and not asked.types:
        narrowing = ContentNarrowing(
            platforms=sorted(asked.platforms), terms=sorted(required), since=asked.since, until=asked.until
        )
        vector = get_question_vector(query, space=get_discovery_space(), creator_id=asked.creator_id)
        hits = find_content(
            creator_id=asked.creator_id, terms=terms, vector=vector, limit=asked.limit, narrowing=narrowing
        )
        content = [[CONTENT, hit.item.pk, hit.score, hit.coverage] for hit in hits]
    return {"results": results, "content": content}


def _load(creator_id: int, found: list[list[Any]]) -> list[FoundOwn]:
    """Return what still exists of what was found."""
    by_kind: dict[str, list[int]] = {}
    for kind, pk, *_ in found:
        by_kind.setdefault(kind, []).append(pk)
    memories = POSTGRES.memories.get_memories(creator_id=creator_id, ids=by_kind.get(TargetKind.MEMORY.value, []))
    interactions = POSTGRES.interactions.get_interactions(
        creator_id=creator_id, ids=by_kind.get(TargetKind.INTERACTION.value, [])
    )
    content = find_content_items(ids=by_kind[CONTENT]) if CONTENT in by_kind else {}
    loaded = [
        FoundOwn(
            kind=kind,
            id=pk,
            score=score,
            coverage=coverage,
            memory=memories.get(pk) if kind == TargetKind.MEMORY else None,
            interaction=interactions.get(pk) if kind == TargetKind.INTERACTION else None,
            content=content.get(pk) if kind == CONTENT else None,
        )
        for kind, pk, score, coverage in found
    ]
    return [one for one in loaded if one.memory or one.interaction or one.content]


def _hash(asked: OwnQuestion) -> str:
    named = orjson.dumps([asked.query, asked.limit, describe_filters(asked)])
    return blake2b(named, digest_size=16).hexdigest()
