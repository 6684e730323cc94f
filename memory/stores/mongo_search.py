"""Search candidates from MongoDB: terms beside the text, and the creator's vectors."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.conf import settings

from creators.datasets import INTERACTIONS
from memory.datasets import MEMORIES, VECTOR_DATASETS
from memory.enums import TargetKind
from memory.halfvecs import read_halfvecs, read_halfvecs_briefly
from memory.models import VectorSpace, get_table
from memory.stores.postings import PostingList
from memory.stores.ranking import gather_neighbours
from memory.stores.search import (
    MEASURED,
    NEAREST,
    SAMPLE_STEP,
    SAMPLED,
    Neighbourhood,
    QuestionVector,
    Target,
    TermMatch,
    TermScoring,
)
from memory.stores.vector_cache import CreatorVectors, Generation, VectorCache
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database
from veri.platform.connections.reading import fetch_rows

_COLLECTIONS = {TargetKind.MEMORY.value: MEMORIES.collection, TargetKind.INTERACTION.value: INTERACTIONS.collection}
_SHOWN = {"kind": 1, "target_id": 1, "model": 1, "model_version": 1, "embedding": 1, "_mig": 1}
BATCH = 10_000  # documents an answer; fewer answers are fewer round trips
SPARE = 16  # single precision chooses who is near, double precision puts them in order
_cache = VectorCache()


def forget_vectors() -> None:
    """Drop this process's copies of creators' vectors."""
    _cache.forget()


class MongoSearchStore:
    def find_term_matches(self, *, creator_id: int, lists: Mapping[str, PostingList]) -> list[TermMatch]:
        if not lists:
            return []
        wanted = {"creator_id": creator_id, "terms": {"$in": list(lists)}, **LIVE}
        return [
            _to_match(kind, one, frozenset(lists))
            for kind, collection in _COLLECTIONS.items()
            for one in get_database()[collection].find(wanted, {"terms": 1})
        ]

    def find_best_matches(
        self, *, creator_id: int, lists: Mapping[str, PostingList], scoring: TermScoring, limit: int
    ) -> list[TermMatch]:
        return self.find_term_matches(creator_id=creator_id, lists=lists)

    def find_neighbours(self, *, creator_id: int, vector: QuestionVector) -> Neighbourhood:
        """Ask the server where it has an index of vectors; else scan the creator's, kept while they do not change."""
        generation = _read_generation(creator_id, vector.space)
        if generation.count > MEASURED and (found := _ask_server(creator_id, vector)):
            return found
        vectors = _cache.get(
            creator_id=creator_id,
            space=vector.space,
            current=generation,
            load=lambda: _load(creator_id, vector.space),
        )
        return _scan(vectors, vector)


def _read_generation(creator_id: int, space: VectorSpace) -> Generation:
    """Return what PostgreSQL has: MongoDB is asked for a creator only when no write of his is under way."""
    ((count, version),) = fetch_rows(
        f"SELECT count(*), coalesce(max(version), 0) FROM {get_table(space.provider)} WHERE creator_id = %s",  # noqa: S608  the model's own table
        [creator_id],
    )
    return Generation(count=count, version=version)


def _load(creator_id: int, space: VectorSpace) -> CreatorVectors:
    collection = get_database()[VECTOR_DATASETS[space.provider].collection]
    found = list(collection.find({"creator_id": creator_id, **LIVE}, _SHOWN, batch_size=BATCH))
    mine = [one for one in found if (one["model"], one["model_version"]) == (space.model, space.model_version)]
    return CreatorVectors(
        generation=Generation(count=len(found), version=max((one["_mig"]["v"] for one in found), default=0)),
        targets=[Target(one["kind"], one["target_id"]) for one in mine],
        matrix=read_halfvecs_briefly([one["embedding"] for one in mine]),
    )


def _scan(vectors: CreatorVectors, asked: QuestionVector) -> Neighbourhood:
    """Return the neighbourhood by looking at every vector, as the other store's scan does."""
    if vectors.generation.count <= MEASURED:
        matrix = vectors.matrix.astype(np.float64)
        return gather_neighbours(targets=vectors.targets, matrix=matrix, asked=asked.numbers, limit=MEASURED)
    near = _find_nearest_rows(vectors, asked)
    return gather_neighbours(
        targets=[vectors.targets[row] for row in near],
        matrix=vectors.matrix[near].astype(np.float64),
        asked=asked.numbers,
        limit=NEAREST,
        sample=vectors.matrix[_choose_sample(vectors.targets)].astype(np.float64),
    )


def _find_nearest_rows(vectors: CreatorVectors, asked: QuestionVector) -> list[int]:
    """Return the rows of the nearest by single precision, a few more than are wanted."""
    wanted = NEAREST + SPARE
    if len(vectors.targets) <= wanted:
        return list(range(len(vectors.targets)))
    lengths = np.maximum(np.linalg.norm(vectors.matrix, axis=1), np.finfo(np.float32).tiny)
    similarities = vectors.matrix @ asked.numbers / lengths
    return [int(row) for row in np.argpartition(-similarities, wanted)[:wanted]]


def _choose_sample(targets: Sequence[Target]) -> list[int]:
    rows = [row for row, target in enumerate(targets) if target.id % SAMPLE_STEP == 0]
    return sorted(rows, key=lambda row: (targets[row].id, targets[row].kind))[:SAMPLED]


def _ask_server(creator_id: int, vector: QuestionVector) -> Neighbourhood | None:
    """Return the neighbourhood from the server's own index and a sample; None where it has none."""
    if not settings.MONGODB_VECTOR_SEARCH:
        return None
    from memory.stores.mongo_vector_search import find_by_vector_search  # imports the driver

    spec = VECTOR_DATASETS[vector.space.provider]
    collection = get_database()[spec.collection]
    mine = {"creator_id": creator_id, "model": vector.space.model, "model_version": vector.space.model_version}
    near = find_by_vector_search(collection=collection, mine=mine, vector=vector.numbers, limit=NEAREST + SPARE)
    if not near:
        return None
    sampled = {**mine, "target_id": {"$mod": [SAMPLE_STEP, 0]}, **LIVE}
    sample = collection.find(sampled, {"embedding": 1}).sort([("target_id", 1), ("kind", 1)]).limit(SAMPLED)
    return gather_neighbours(
        targets=[Target(one["kind"], one["target_id"]) for one in near],
        matrix=read_halfvecs([one["embedding"] for one in near]),
        asked=vector.numbers,
        limit=NEAREST,
        sample=read_halfvecs([one["embedding"] for one in sample]),
    )


def _to_match(kind: str, document: Mapping[str, Any], wanted: frozenset[str]) -> TermMatch:
    counts = Counter(document["terms"])
    return TermMatch(
        target=Target(kind, document["_id"]),
        frequencies={term: counts[term] for term in wanted & counts.keys()},
        length=len(document["terms"]),
    )
