"""Search creators: embed, personalise, find, and share the answer for five minutes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from django.conf import settings

from creators.models import Creator, CreatorSummary
from creators.services.summaries import DISCOVERY
from memory.queries.discovery import COMPONENTS, CreatorFilters, CreatorQuestion, FoundCreator, Weights, find_creators
from memory.queries.own_vectors import get_summary_vector, to_vector
from memory.queries.providers import get_discovery_space
from memory.queries.question_filters import read_filters
from memory.services.question_vectors import get_question_vector
from memory.services.session_context import blend_session, note_in_session
from memory.services.summaries import build_summary
from memory.services.tastes import Subject, get_taste
from veri.platform.cache.aside import get_or_compute
from veri.platform.text import analyse

KEPT_SECONDS = 300
SIMILAR_WEIGHTS = Weights(semantic=0.8, popularity=0.0, recency=0.05, personalisation=0.0, diversity=0.15)


@dataclass(frozen=True, kw_only=True)
class DiscoveryQuestion:
    """What a brand looks for. ``weights`` overrides the configured ones by name."""

    query: str
    filters: CreatorFilters = field(default_factory=CreatorFilters)
    weights: Mapping[str, float] = field(default_factory=dict)
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class DiscoveryAnswer:
    """Creators, best first, with the filters and weights in force."""

    results: list[FoundCreator]
    filters: CreatorFilters
    weights: Weights


def get_weights(given: Mapping[str, float]) -> Weights:
    """Return the configured weights with those given in their place."""
    return Weights(**{**settings.DISCOVERY_WEIGHTS, **given})


def search_creators(*, question: DiscoveryQuestion, subject: Subject, now: datetime) -> DiscoveryAnswer:
    """Return consenting creators for a question; nothing when it has no word that can be looked for and no filter.

    What is cached are ids and scores of this subject's question; who withdrew his consent is in no answer, cached or
    not. The subject's session remembers what was asked.
    """
    written = read_filters(question.query, known_brands=(), now=now)
    filters = replace(
        question.filters,
        platforms=question.filters.platforms or sorted(written.platforms),
        tags=[tag.lower() for tag in question.filters.tags or written.tags],
        active_since=question.filters.active_since or written.since,
    )
    weights = get_weights(question.weights)
    terms = sorted(set(analyse(written.bare)))
    is_narrowed = any(asdict(filters).values())
    if not terms and not is_narrowed:
        return DiscoveryAnswer(results=[], filters=filters, weights=weights)
    vector = get_question_vector(written.bare, space=get_discovery_space()) if terms else None
    taste = get_taste(subject=subject)
    asked = CreatorQuestion(
        terms=terms,
        vector=blend_session(subject=subject.key, vector=vector),
        taste=taste.vector,
        filters=filters,
        weights=weights,
        limit=question.limit,
    )
    key = _hash([subject.key, taste.moved, written.bare, asdict(filters), asdict(weights), question.limit])
    results = _find_cached(key, asked, now)
    note_in_session(subject=subject.key, vector=vector)
    return DiscoveryAnswer(results=results, filters=filters, weights=weights)


def list_similar(*, creator: Creator, limit: int, now: datetime) -> list[FoundCreator]:
    """Return the consenting creators most like one; he himself need not be one of them."""
    vector = get_summary_vector(creator_id=creator.pk)
    if vector is None and not CreatorSummary.objects.filter(pk=creator.pk).exists():
        vector = to_vector(build_summary(creator=creator).embedding)
    if vector is None:
        return []
    asked = CreatorQuestion(
        vector=vector, filters=CreatorFilters(excluded=[creator.pk]), weights=SIMILAR_WEIGHTS, limit=limit
    )
    return _find_cached(_hash(["similar", creator.pk, vector.tolist(), limit]), asked, now)


def _find_cached(key: str, asked: CreatorQuestion, now: datetime) -> list[FoundCreator]:
    found = get_or_compute(key=key, ttl=KEPT_SECONDS, compute=lambda: _find(asked, now), namespace=DISCOVERY)
    return _load(found, asked.weights)


def _find(asked: CreatorQuestion, now: datetime) -> list[list[Any]]:
    found = find_creators(question=asked, now=now)
    return [[one.creator_id, *(one.components[name] for name in COMPONENTS)] for one in found]


def _load(found: list[list[Any]], weights: Weights) -> list[FoundCreator]:
    """Return those of the found who may be found now, as they are now."""
    rows = CreatorSummary.objects.select_related("creator").defer("embedding").in_bulk([one[0] for one in found])
    loaded = []
    for creator_id, *values in found:
        summary = rows.get(creator_id)
        if summary is None:
            continue
        loaded.append(
            FoundCreator(
                creator_id=creator_id,
                handle=summary.creator.handle,
                display_name=summary.creator.display_name,
                country=summary.creator.country,
                language=summary.creator.language,
                excerpt=summary.excerpt,
                tags=summary.tags,
                platforms=summary.platforms,
                last_active_at=summary.last_active_at,
                components=dict(zip(COMPONENTS, values, strict=True)),
                weights=weights,
            )
        )
    return loaded


def _hash(parts: list[Any]) -> str:
    return blake2b(orjson.dumps(parts), digest_size=16).hexdigest()
