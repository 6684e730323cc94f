"""Search candidates from MongoDB: terms beside the text, and an exact scan of the creator's vectors."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creators.datasets import INTERACTIONS
from memory.datasets import MEMORIES, MEMORY_VECTORS
from memory.enums import TargetKind
from memory.stores.search import Neighbour, Target, TermMatch, TermScoring, rank_neighbours
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database

_COLLECTIONS = {TargetKind.MEMORY.value: MEMORIES.collection, TargetKind.INTERACTION.value: INTERACTIONS.collection}


class MongoSearchStore:
    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        wanted = {"creator_id": creator_id, "terms": {"$in": list(terms)}, **LIVE}
        return [
            _to_match(kind, one, frozenset(terms))
            for kind, collection in _COLLECTIONS.items()
            for one in get_database()[collection].find(wanted, {"terms": 1})
        ]

    def find_best_matches(self, *, creator_id: int, scoring: TermScoring, limit: int) -> list[TermMatch]:
        return self.find_term_matches(creator_id=creator_id, terms=list(scoring.weights))

    def find_neighbours(
        self, *, creator_id: int, model: tuple[str, str], vector: NDArray[np.float32], limit: int
    ) -> list[Neighbour]:
        name, version = model
        mine = {"creator_id": creator_id, "model": name, "model_version": version, **LIVE}
        projection = {"kind": 1, "target_id": 1, "embedding": 1}
        found = get_database()[MEMORY_VECTORS.collection].find(mine, projection)
        stored = [(Target(one["kind"], one["target_id"]), one["embedding"]) for one in found]
        return rank_neighbours(stored=stored, vector=vector, limit=limit)


def _to_match(kind: str, document: Mapping[str, Any], wanted: frozenset[str]) -> TermMatch:
    counts = Counter(document["terms"])
    return TermMatch(
        target=Target(kind, document["_id"]),
        frequencies={term: counts[term] for term in wanted & counts.keys()},
        length=len(document["terms"]),
    )
