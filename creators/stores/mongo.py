"""Interactions from MongoDB: the portable subset only."""

from collections.abc import Mapping, Sequence
from typing import Any

from creators.datasets import INTERACTIONS
from creators.stores.interactions import InteractionRecord
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database

_PROJECTION = {"payload": 0, "attachments": 0, "terms": 0}


class MongoInteractionStore:
    def get_interactions(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, InteractionRecord]:
        wanted = {"_id": {"$in": list(ids)}, "creator_id": creator_id, **LIVE}
        return {one.id: one for one in map(_to_record, self._collection().find(wanted, _PROJECTION))}

    def list_recent_interactions(self, *, creator_id: int, limit: int) -> list[InteractionRecord]:
        found = self._collection().find({"creator_id": creator_id, **LIVE}, _PROJECTION)
        newest = found.sort([("occurred_at", -1), ("occurred_at_us", -1), ("_id", -1)]).limit(limit)
        return [_to_record(one) for one in newest]

    def count_interactions(self, *, creator_id: int) -> int:
        return int(self._collection().count_documents({"creator_id": creator_id, **LIVE}))

    def _collection(self) -> Any:
        return get_database()[INTERACTIONS.collection]


def _to_record(document: Mapping[str, Any]) -> InteractionRecord:
    row = INTERACTIONS.mapper.to_row(document)
    names = ("creator_id", "platform", "external_id", "type", "channel", "author", "text", "occurred_at")
    return InteractionRecord(id=row["id"], **{name: row[name] for name in names})
