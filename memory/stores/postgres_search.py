"""Search candidates from PostgreSQL: the postings table, and pgvector."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from django.db.models import BinaryField, Func
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from memory.models import MemoryVector, Posting
from memory.stores.search import Neighbour, Target, TermMatch, rank_neighbours

SPARE = 16  # pgvector computes in single precision: near the limit its order may differ from the final one


class PostgresSearchStore:
    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        rows = Posting.objects.filter(creator_id=creator_id, term__in=list(terms)).values_list(
            "kind", "target_id", "term", "frequency", "length"
        )
        frequencies: dict[Target, dict[str, int]] = defaultdict(dict)
        lengths: dict[Target, int] = {}
        for kind, target_id, term, frequency, length in rows:
            target = Target(kind, target_id)
            frequencies[target][term] = frequency
            lengths[target] = length
        return [
            TermMatch(target=target, frequencies=found, length=lengths[target]) for target, found in frequencies.items()
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
