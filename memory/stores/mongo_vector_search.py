"""MongoDB's own vector search, where the server has it: Atlas, or a server with ``mongot`` beside it.

https://www.mongodb.com/docs/vector-search/query/aggregation-stages/vector-search-stage/. It needs an index named
``vectors`` and ``MONGODB_VECTOR_SEARCH``, which stores vectors so that they can be indexed. It was written by the
documentation and has not met such a server: what tests show is that a server without it is found out.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import structlog
from numpy.typing import NDArray
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from migration.stores.documents import LIVE

INDEX, PATH = "vectors", "vector"
CANDIDATES_EACH = 20  # the least MongoDB recommends for each document wanted
MOST_CANDIDATES = 10_000
LOOK_AGAIN_SECONDS = 300.0
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """Whether a collection had a usable index, and when that was found out."""

    has_index: bool
    at: float


_looks: WeakKeyDictionary[MongoClient[dict[str, Any]], dict[str, _Look]] = WeakKeyDictionary()


def build_index_definition(*, dimensions: int) -> dict[str, Any]:
    """Return the definition of the search index (type ``vectorSearch``) on a collection of vectors."""
    filters = [{"type": "filter", "path": name} for name in ("creator_id", "model", "model_version")]
    vector = {"type": "vector", "path": PATH, "numDimensions": dimensions, "similarity": "cosine"}
    return {"fields": [vector, *filters]}


def find_by_vector_search(
    *, collection: Collection[dict[str, Any]], mine: Mapping[str, Any], vector: NDArray[np.float32], limit: int
) -> list[dict[str, Any]] | None:
    """Return the documents nearest to a vector among those with the values of ``mine``; None where the server cannot.

    A server that refuses the search is not asked again for five minutes.
    """
    if not has_vector_search(collection):
        return None
    stage = {
        "index": INDEX,
        "path": PATH,
        "queryVector": [float(one) for one in vector],
        "filter": {name: {"$eq": value} for name, value in mine.items()},
        "numCandidates": min(MOST_CANDIDATES, limit * CANDIDATES_EACH),
        "limit": limit,
    }
    shown = {"kind": 1, "target_id": 1, "embedding": 1}
    try:
        return list(collection.aggregate([{"$vectorSearch": stage}, {"$match": LIVE}, {"$project": shown}]))
    except OperationFailure as error:
        logger.warning("vector_search_refused", collection=collection.name, error=str(error)[:200])
        _note(collection, has_index=False)
        return None


def has_vector_search(collection: Collection[dict[str, Any]]) -> bool:
    """Return whether the server answers vector searches of a collection: asked once a connection, a no again later."""
    look = _looks.get(collection.database.client, {}).get(collection.full_name)
    if look is None or (not look.has_index and time.monotonic() - look.at > LOOK_AGAIN_SECONDS):
        return _note(collection, has_index=_look(collection))
    return look.has_index


def _look(collection: Collection[dict[str, Any]]) -> bool:
    try:
        return any(bool(one.get("queryable")) for one in collection.list_search_indexes(INDEX))
    except OperationFailure:  # no such stage or command: not a server with search
        return False


def _note(collection: Collection[dict[str, Any]], *, has_index: bool) -> bool:
    looks = _looks.setdefault(collection.database.client, {})
    looks[collection.full_name] = _Look(has_index=has_index, at=time.monotonic())
    return has_index
