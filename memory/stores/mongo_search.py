"""Search candidates from MongoDB: terms beside the text, and an exact scan of the creator's vectors."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creators.datasets import INTERACTIONS
from memory.datasets import MEMORIES, MEMORY_VECTORS
from memory.enums import TargetKind
from memory.stores.search import Neighbour, Target, TermMatch
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database

HEADER_BYTES = 4  # halfvec_send: dimensions and a reserved word, 16 bits each
_COLLECTIONS = {TargetKind.MEMORY.value: MEMORIES.collection, TargetKind.INTERACTION.value: INTERACTIONS.collection}


class MongoSearchStore:
    def find_term_matches(self, *, creator_id: int, terms: Sequence[str]) -> list[TermMatch]:
        wanted = {"creator_id": creator_id, "terms": {"$in": list(terms)}, **LIVE}
        return [
            _to_match(kind, one, frozenset(terms))
            for kind, collection in _COLLECTIONS.items()
            for one in get_database()[collection].find(wanted, {"terms": 1})
        ]

    def find_neighbours(
        self, *, creator_id: int, model: str, vector: NDArray[np.float32], limit: int
    ) -> list[Neighbour]:
        mine = {"creator_id": creator_id, "model": model, **LIVE}
        projection = {"kind": 1, "target_id": 1, "embedding": 1}
        found = list(get_database()[MEMORY_VECTORS.collection].find(mine, projection))
        if not found:
            return []
        matrix = np.vstack([read_halfvec(one["embedding"]) for one in found])
        lengths = np.linalg.norm(matrix, axis=1)
        similarities = matrix @ vector / np.where(lengths > 0, lengths, 1)
        nearest = sorted(range(len(found)), key=lambda row: (-similarities[row], found[row]["kind"], found[row]["target_id"]))
        return [
            Neighbour(target=Target(found[row]["kind"], found[row]["target_id"]), similarity=float(similarities[row]))
            for row in nearest[:limit]
        ]


def read_halfvec(stored: bytes) -> NDArray[np.float32]:
    """Return the numbers of pgvector's binary form of a halfvec."""
    return np.frombuffer(stored, dtype=">f2", offset=HEADER_BYTES).astype(np.float32)


def _to_match(kind: str, document: Mapping[str, Any], wanted: frozenset[str]) -> TermMatch:
    counts = Counter(document["terms"])
    return TermMatch(
        target=Target(kind, document["_id"]),
        frequencies={term: counts[term] for term in wanted & counts.keys()},
        length=len(document["terms"]),
    )
