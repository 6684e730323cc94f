"""Find creators for brands: one statement over the summaries, then diversity, each result explained.

A result's score is the sum of components of 0 to 1 times their weights:

- semantic: half the cosine with the question's vector, half the share of the question's weight its terms carry;
- popularity: percentile of the audience among those of the same main platform, 0.4 when nothing is known;
- recency: halves with every thirty days since the creator last published;
- personalisation: cosine with the taste of the brand or user, 0 without one;
- diversity: how little he resembles those ranked before him, see ``choose_diverse``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.halfvecs import read_halfvecs
from memory.queries.diversity import choose_diverse
from memory.queries.providers import get_discovery_space
from veri.platform.connections.reading import fetch_rows

CANDIDATES = 100
UNKNOWN_POPULARITY = 0.4  # what is not known is worth less than the middle
HALF_LIFE_DAYS = 30.0
LEAST_SIMILARITY = 0.25  # below it, and without a word in common, a creator is no answer
# Double precision throughout: a bare number would turn the sums into numeric, which takes ten times as long. OFFSET 0
# and MATERIALIZED have each distance computed once instead of wherever it is named, and the taste's only for what is
# relevant. All vectors have unit length: their inner product is the cosine, at a third of its price.
_WEIGHED = """
WITH asked AS (
  SELECT term, ln(1 + (total.count - held.count + 0.5::float8) / (held.count + 0.5::float8)) AS weight
  FROM unnest(%(terms)s::varchar[]) AS asked (term)
  CROSS JOIN (SELECT count(*) AS count FROM creators_creatorsummary) total
  CROSS JOIN LATERAL (SELECT count(*) AS count FROM creators_creatorterm WHERE term = asked.term) held
), lexical AS (
  SELECT creator_id, sum(weight) / (SELECT sum(weight) FROM asked) AS coverage
  FROM asked JOIN creators_creatorterm held USING (term) GROUP BY creator_id
), """
_COMPONENTS = """
component AS MATERIALIZED (
  SELECT summary.creator_id, (near.similarity + coalesce(lexical.coverage, 0::float8)) / 2 AS semantic,
    CASE WHEN %(taste)s::halfvec IS NOT NULL AND summary.model = %(model)s AND summary.model_version = %(version)s
      THEN greatest(0::float8, -(summary.embedding <#> %(taste)s::halfvec)) ELSE 0 END AS personalisation,
    coalesce(popularity, %(unknown)s::float8) AS popularity,
    CASE WHEN last_active_at IS NULL THEN 0::float8 ELSE least(1::float8, power(0.5::float8,
      extract(epoch FROM %(now)s - last_active_at)::float8 / (86400 * %(half_life)s::float8))) END AS recency
  FROM creators_creatorsummary summary
  JOIN creators_creator creator ON creator.id = summary.creator_id
  LEFT JOIN lexical ON lexical.creator_id = summary.creator_id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN %(vector)s::halfvec IS NOT NULL AND summary.model = %(model)s
        AND summary.model_version = %(version)s
      THEN least(1::float8, greatest(0::float8, -(summary.embedding <#> %(vector)s::halfvec))) ELSE 0 END AS similarity
    OFFSET 0
  ) near
  WHERE creator.is_active AND creator.consent_state <> 'withdrawn' {filters} {relevance}
), best AS (
  SELECT *, %(w_semantic)s::float8 * semantic + %(w_popularity)s::float8 * popularity
    + %(w_recency)s::float8 * recency + %(w_personalisation)s::float8 * personalisation AS score
  FROM component
  ORDER BY score DESC, creator_id LIMIT %(limit)s
)
SELECT best.creator_id, creator.handle, creator.display_name, creator.country, creator.language, summary.excerpt,
  summary.tags, summary.platforms, summary.last_active_at, best.semantic, best.popularity, best.recency,
  best.personalisation, best.score,
  CASE WHEN summary.model = %(model)s AND summary.model_version = %(version)s THEN halfvec_send(summary.embedding) END
FROM best JOIN creators_creatorsummary summary USING (creator_id)
JOIN creators_creator creator ON creator.id = best.creator_id
ORDER BY best.score DESC, best.creator_id"""
_NO_TERMS = "WITH lexical AS (SELECT NULL::bigint AS creator_id, 0::float8 AS coverage WHERE false), "
_FILTERS = {
    "tags": "AND summary.tags && %(tags)s::varchar[]",
    "platforms": "AND summary.platforms && %(platforms)s::varchar[]",
    "countries": "AND creator.country = ANY(%(countries)s)",
    "languages": "AND creator.language = ANY(%(languages)s)",
    "excluded": "AND NOT creator.id = ANY(%(excluded)s)",
    "active_since": "AND summary.last_active_at >= %(active_since)s",
}
_RELEVANCE = "AND (lexical.coverage > 0 OR near.similarity >= %(least_similarity)s::float8)"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each component counts; they need not sum to 1."""

    semantic: float = 0.5
    popularity: float = 0.2
    recency: float = 0.1
    personalisation: float = 0.15
    diversity: float = 0.05


COMPONENTS = tuple(Weights.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class CreatorFilters:
    """What discovery is narrowed to; empty means everything. ``excluded`` are creators' ids."""

    tags: Sequence[str] = ()
    platforms: Sequence[str] = ()
    countries: Sequence[str] = ()
    languages: Sequence[str] = ()
    excluded: Sequence[int] = ()
    active_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CreatorQuestion:
    """What is looked for. With terms or a vector only creators that have something of it are results."""

    terms: Sequence[str] = ()
    vector: NDArray[np.float32] | None = None
    taste: NDArray[np.float32] | None = None
    filters: CreatorFilters = field(default_factory=CreatorFilters)
    weights: Weights = field(default_factory=Weights)
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class FoundCreator:
    """A creator found; ``components`` are values of 0 to 1."""

    creator_id: int
    handle: str
    display_name: str
    country: str
    language: str
    excerpt: str
    tags: list[str]
    platforms: list[str]
    last_active_at: datetime | None
    components: Mapping[str, float]
    weights: Weights

    @property
    def contributions(self) -> dict[str, float]:
        """Return each component's value times its weight."""
        return {name: value * getattr(self.weights, name) for name, value in self.components.items()}

    @property
    def score(self) -> float:
        return sum(self.contributions.values())


def find_creators(*, question: CreatorQuestion, now: datetime) -> list[FoundCreator]:
    """Return the best consenting creators, explained. Deterministic: equal scores are ordered by id."""
    rows = fetch_rows(*build_statement(question=question, now=now))
    chosen = choose_diverse(
        scores=[row[13] for row in rows],
        vectors=_read_unit_vectors([row[14] for row in rows]),
        weight=question.weights.diversity,
        limit=question.limit,
    )
    return [_explain(rows[place], diversity, question.weights) for place, diversity in chosen]


def build_statement(*, question: CreatorQuestion, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return the statement and its parameters; only the conditions that are asked for are in it."""
    filters, space = question.filters, get_discovery_space()
    given = {name: value for name, value in asdict(filters).items() if value}
    is_asked = bool(question.terms) or question.vector is not None
    components = _COMPONENTS.format(
        filters=" ".join(_FILTERS[name] for name in given), relevance=_RELEVANCE if is_asked else ""
    )
    parameters = {
        **{name: list(value) if isinstance(value, tuple | list) else value for name, value in given.items()},
        **{f"w_{name}": value for name, value in asdict(question.weights).items()},
        "terms": list(question.terms),
        "vector": write_vector(_normalise(question.vector)),
        "taste": write_vector(_normalise(question.taste)),
        "model": space.model,
        "version": space.model_version,
        "unknown": UNKNOWN_POPULARITY,
        "half_life": HALF_LIFE_DAYS,
        "least_similarity": LEAST_SIMILARITY,
        "now": now,
        "limit": max(CANDIDATES, question.limit),
    }
    return (_WEIGHED if question.terms else _NO_TERMS) + components, parameters


def _normalise(vector: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    length = float(np.linalg.norm(vector)) if vector is not None else 0.0
    return (vector / length).astype(np.float32) if vector is not None and length else None


def write_vector(vector: NDArray[np.float32] | None) -> str | None:
    """Return pgvector's text form."""
    return None if vector is None else f"[{','.join(format(float(number), '.6g') for number in vector)}]"


def _read_unit_vectors(stored: Sequence[Any]) -> NDArray[np.float64]:
    """Return a unit row for each stored vector, a row of zeros for what has none."""
    known = [bytes(one) for one in stored if one is not None]
    if not known:
        return np.zeros((len(stored), 1))
    read = read_halfvecs(known)
    lengths = np.linalg.norm(read, axis=1, keepdims=True)
    matrix = np.zeros((len(stored), read.shape[1]))
    matrix[[place for place, one in enumerate(stored) if one is not None]] = read / np.where(lengths > 0, lengths, 1)
    return matrix


def _explain(row: tuple[Any, ...], diversity: float, weights: Weights) -> FoundCreator:
    values = dict(zip(COMPONENTS, (*map(float, row[9:13]), diversity), strict=True))
    return FoundCreator(
        creator_id=row[0],
        handle=row[1],
        display_name=row[2],
        country=row[3],
        language=row[4],
        excerpt=row[5],
        tags=row[6],
        platforms=row[7],
        last_active_at=row[8],
        components=values,
        weights=weights,
    )
