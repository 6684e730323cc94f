"""Search candidates from PostgreSQL: the postings table, and pgvector."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db.models import BinaryField, Func
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from memory.models import MemoryVector
from memory.stores.search import Neighbour, Target, TermMatch, TermScoring, rank_neighbours
from veri.platform.connections.reading import fetch_rows

# A common word gives thousands of rows: read by hand they cost a third of what the ORM takes.
_FIND_TERMS = """
SELECT kind, target_id, min(length), array_agg(term), array_agg(frequency)
FROM memory_posting WHERE creator_id = %s AND term = ANY(%s) GROUP BY kind, target_id"""
# A common word is in thousands of documents: only the best leave the database, each with all its terms. OFFSET 0 makes
# it read each term's own part of the index, whatever the planner knows of the table. Double precision throughout: a
# bare number would turn the sum into numeric, which takes three times as long.
_FIND_BEST = """
WITH scored AS (
  SELECT kind, target_id,
         sum(weight * frequency / (frequency + %(base)s::float8 + %(per_term)s::float8 * length)) AS score
  FROM unnest(%(terms)s::varchar[], %(weights)s::float8[]) AS asked (term, weight)
  CROSS JOIN LATERAL (
    SELECT kind, target_id, frequency, length FROM memory_posting
    WHERE creator_id = %(creator)s AND term = asked.term OFFSET 0
  ) posting
  GROUP BY target_id, kind
), best AS (
  SELECT kind, target_id
  FROM scored
  WHERE kind = ANY(%(kinds)s)
  ORDER BY round(score * CASE kind WHEN 'memory' THEN %(memory_gain)s::float8 ELSE 1 END * 1e9::float8) DESC,
           kind, target_id
  LIMIT %(limit)s
)
SELECT kind, target_id, length, terms, frequencies
FROM best CROSS JOIN LATERAL (
  SELECT min(length) AS length, array_agg(term) AS terms, array_agg(frequency) AS frequencies FROM memory_posting
  WHERE creator_id = %(creator)s AND term = ANY(%(terms)s) AND kind = best.kind AND target_id = best.target_id
) posting"""
SPARE = 16  # pgvector computes in single precision: near the limit its order may differ from the final one


class PostgresSearchStore:
    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        return _build_matches(fetch_rows(_FIND_TERMS, [creator_id, list(terms)]))

    def find_best_matches(self, *, creator_id: int, scoring: TermScoring, limit: int) -> list[TermMatch]:
        parameters = {
            "creator": creator_id,
            "terms": list(scoring.weights),
            "weights": list(scoring.weights.values()),
            "base": scoring.norm_base,
            "per_term": scoring.norm_per_term,
            "memory_gain": scoring.memory_gain,
            "kinds": list(scoring.kinds),
            "limit": limit,
        }
        return _build_matches(fetch_rows(_FIND_BEST, parameters))

    def find_neighbours(
        self, *, creator_id: int, model: tuple[str, str], vector: NDArray[np.float32], limit: int
    ) -> list[Neighbour]:
        mine = MemoryVector.objects.filter(creator_id=creator_id, model=model[0], model_version=model[1])
        nearest = mine.annotate(
            distance=CosineDistance("embedding", vector),
            stored=Func("embedding", function="halfvec_send", output_field=BinaryField()),
        ).order_by("distance", "kind", "target_id")
        rows = nearest.values_list("kind", "target_id", "stored")[: limit + SPARE]
        stored = [(Target(kind, target_id), bytes(embedding)) for kind, target_id, embedding in rows]
        return rank_neighbours(stored=stored, vector=vector, limit=limit)


def _build_matches(rows: Iterable[tuple[Any, ...]]) -> list[TermMatch]:
    """Return matches from rows of (kind, target id, length, terms, their frequencies)."""
    return [
        TermMatch(Target(kind, target_id), dict(zip(terms, frequencies, strict=True)), length)
        for kind, target_id, length, terms, frequencies in rows
    ]
