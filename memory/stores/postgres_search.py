"""Search candidates from PostgreSQL: the postings table, and pgvector."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from memory.models import MemoryVector, Posting
from memory.stores.search import Neighbour, Target, TermMatch


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
            TermMatch(target=target, frequencies=found, length=lengths[target])
            for target, found in frequencies.items()
        ]

    def find_neighbours(
        self, *, creator_id: int, model: str, vector: NDArray[np.float32], limit: int
    ) -> list[Neighbour]:
        mine = MemoryVector.objects.filter(creator_id=creator_id, model=model)
        nearest = mine.annotate(distance=CosineDistance("embedding", vector)).order_by("distance", "kind", "target_id")
        return [
            Neighbour(target=Target(kind, target_id), similarity=1.0 - distance)
            for kind, target_id, distance in nearest.values_list("kind", "target_id", "distance")[:limit]
        ]
