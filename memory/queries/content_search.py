"""Find content items of one creator: BM25 over their own index, fused with the cosine of their vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creators.models import ContentItem
from creators.queries.content import find_content_items
from memory.queries.corpus import CorpusStatistics
from memory.queries.discovery import write_vector
from memory.queries.providers import get_discovery_space
from memory.queries.scoring import fuse_scores, score_matches, weigh_terms
from memory.stores.search import Neighbour, Target, TermMatch
from veri.platform.connections.reading import fetch_rows

CONTENT = "content"
NEAREST = 50
_WHERE = """
entry.creator_id = %(creator)s AND item.availability <> 'deleted'
  AND (%(platforms)s::varchar[] = '{}' OR item.platform = ANY(%(platforms)s::varchar[]))
  AND (%(since)s::timestamptz IS NULL OR item.published_at >= %(since)s::timestamptz)
  AND (%(until)s::timestamptz IS NULL OR item.published_at < %(until)s::timestamptz)
  AND (%(required)s::text[] = '{}' OR entry.terms ?& %(required)s::text[])"""
_MATCHES = f"""
SELECT entry.content_id, entry.length, held.key, held.value::int
FROM memory_contentindexentry entry JOIN creators_contentitem item ON item.id = entry.content_id
CROSS JOIN LATERAL jsonb_each_text(entry.terms) held
WHERE {_WHERE} AND entry.terms ?| %(terms)s::text[] AND held.key = ANY(%(terms)s::text[])"""  # noqa: S608  from code
_NEIGHBOURS = f"""
SELECT entry.content_id, 1 - (entry.embedding <=> %(vector)s::halfvec) AS similarity
FROM memory_contentindexentry entry JOIN creators_contentitem item ON item.id = entry.content_id
WHERE {_WHERE} AND entry.model = %(model)s AND entry.model_version = %(version)s
ORDER BY CASE WHEN entry.model = %(model)s AND entry.model_version = %(version)s
  THEN entry.embedding <=> %(vector)s::halfvec END, entry.content_id LIMIT %(limit)s"""  # noqa: S608  same
_STATISTICS = """
SELECT count(*), coalesce(sum(length), 0) FROM memory_contentindexentry WHERE creator_id = %s"""


@dataclass(frozen=True, kw_only=True)
class ContentHit:
    """A content item found; ``coverage`` is the share of the question's weight its words carry."""

    item: ContentItem
    score: float
    coverage: float


@dataclass(frozen=True, kw_only=True)
class ContentNarrowing:
    """What content search is narrowed to; ``terms`` must all stand in an item."""

    platforms: Sequence[str] = ()
    terms: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = ContentNarrowing()


def find_content(
    *,
    creator_id: int,
    terms: Sequence[str],
    vector: NDArray[np.float32] | None,
    limit: int,
    narrowing: ContentNarrowing = EVERYTHING,
) -> list[ContentHit]:
    """Return the best items, at most ``limit``, equal ones by id; deleted ones are not found."""
    space = get_discovery_space()
    parameters = {
        "creator": creator_id,
        "terms": list(terms),
        "platforms": sorted(narrowing.platforms),
        "required": sorted(narrowing.terms),
        "since": narrowing.since,
        "until": narrowing.until,
        "vector": write_vector(vector),
        "model": space.model,
        "version": space.model_version,
        "limit": NEAREST,
    }
    lexical, coverage = _score_words(creator_id, terms, parameters) if terms else ({}, {})
    near = _find_near(parameters) if vector is not None else []
    scores = fuse_scores(lexical=lexical, neighbours=near)
    best = sorted(scores, key=lambda target: (-round(scores[target], 9), target))[:limit]
    items = find_content_items(ids=[target.id for target in best])
    return [
        ContentHit(item=items[one.id], score=scores[one], coverage=coverage.get(one, 0.0))
        for one in best
        if one.id in items
    ]


def _score_words(
    creator_id: int, terms: Sequence[str], parameters: Mapping[str, Any]
) -> tuple[dict[Target, float], dict[Target, float]]:
    matches = _find_matches(parameters)
    ((documents, length),) = fetch_rows(_STATISTICS, [creator_id])
    held = {term: sum(term in one.frequencies for one in matches) for term in terms}
    statistics = CorpusStatistics(
        documents=documents, mean_length=float(length) / documents if documents else 1.0, document_frequencies=held
    )
    weights = weigh_terms(terms=terms, statistics=statistics)
    return score_matches(matches=matches, weights=weights, mean_length=statistics.mean_length)


def _find_matches(parameters: Mapping[str, Any]) -> list[TermMatch]:
    found: dict[tuple[int, int], dict[str, int]] = {}
    for content_id, length, term, frequency in fetch_rows(_MATCHES, parameters):
        found.setdefault((content_id, length), {})[term] = frequency
    return [TermMatch(Target(CONTENT, pk), counts, length) for (pk, length), counts in found.items()]


def _find_near(parameters: Mapping[str, Any]) -> list[Neighbour]:
    rows = fetch_rows(_NEIGHBOURS, parameters)
    return [
        Neighbour(target=Target(CONTENT, pk), similarity=float(similarity))
        for pk, similarity in rows
        if similarity is not None
    ]
