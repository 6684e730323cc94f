"""Search candidates from PostgreSQL: the postings table, and pgvector."""

from collections.abc import Sequence

import numpy as np
from django.db import connection
from django.db.models import BinaryField, Func
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from memory.models import MemoryVector
from memory.stores.search import Neighbour, Target, TermMatch, rank_neighbours

# A common word gives thousands of rows: read by hand they cost a third of what the ORM takes.
_FIND_TERMS = """
SELECT kind, target_id, length, term, frequency FROM memory_posting WHERE creator_id = %s AND term = ANY(%s)"""
SPARE = 16  # pgvector computes in single precision: near the limit its order may differ from the final one


class PostgresSearchStore:
    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        frequencies: dict[tuple[str, int, int], dict[str, int]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_FIND_TERMS, [creator_id, list(terms)])
            for kind, target_id, length, term, frequency in cursor.fetchall():
                frequencies.setdefault((kind, target_id, length), {})[term] = frequency
        return [
            TermMatch(Target(kind, target_id), found, length)
            for (kind, target_id, length), found in frequencies.items()
        ]

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
