"""Whether MongoDB still holds the words of rows that are gone or empty."""

from collections.abc import Sequence

from creators.datasets import INTERACTIONS
from memory.datasets import MEMORIES, MEMORY_VECTORS
from memory.enums import TargetKind
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database


def count_traces(*, memory_ids: Sequence[int], interaction_ids: Sequence[int]) -> int:
    """Return how many documents still say something: living memories, filled interactions, vectors of either.

    Raises:
        PyMongoError: MongoDB is away.
    """
    database = get_database()
    memories, interactions = list(memory_ids), list(interaction_ids)
    found = len(list(database[MEMORIES.collection].find({"_id": {"$in": memories}, **LIVE}, {"_id": 1})))
    filled = database[INTERACTIONS.collection].find({"_id": {"$in": interactions}, **LIVE}, {"text": 1, "terms": 1})
    found += sum(bool(one.get("text") or one.get("terms")) for one in filled)
    for kind, ids in ((TargetKind.MEMORY.value, memories), (TargetKind.INTERACTION.value, interactions)):
        vectors = database[MEMORY_VECTORS.collection].find(
            {"kind": kind, "target_id": {"$in": ids}, **LIVE}, {"_id": 1}
        )
        found += len(list(vectors))
    return found
