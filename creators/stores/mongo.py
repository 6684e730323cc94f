"""Interactions from MongoDB: the portable subset only."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from creators.datasets import INTERACTIONS
from creators.stores.interactions import InteractionRecord
from creators.stores.postgres import PostgresInteractionStore
from migration.services.lazy_fill import fill_missing
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database

_PROJECTION = {"payload": 0, "attachments": 0, "terms": 0}


class MongoInteractionStore:
    def get_interactions(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, InteractionRecord]:
        """Those MongoDB lacks are read from PostgreSQL, and the relay is asked to bring them."""
        wanted = {"_id": {"$in": list(ids)}, "creator_id": creator_id, **LIVE}
        found = {one.id: one for one in map(_to_record, self._collection().find(wanted, _PROJECTION))}
        read = partial(_read_postgres, creator_id)
        return fill_missing(dataset=INTERACTIONS.name, ids=ids, found=found, read=read)

    def list_recent_interactions(self, *, creator_id: int, limit: int) -> list[InteractionRecord]:
        """Equal instants are put in order here: the embedded server sorts ``_id`` as text."""
        mine = {"creator_id": creator_id, **LIVE}
        latest = list(self._collection().find(mine, _PROJECTION).sort("occurred_at", -1).limit(limit))
        if len(latest) == limit > 0:  # others of the last instant may stand behind the cut
            same = {**mine, "occurred_at": latest[-1]["occurred_at"]}
            latest = list({one["_id"]: one for one in (*latest, *self._collection().find(same, _PROJECTION))}.values())
        records = sorted(map(_to_record, latest), key=lambda one: (one.occurred_at, one.id), reverse=True)
        return records[:limit]

    def count_interactions(self, *, creator_id: int) -> int:
        return int(self._collection().count_documents({"creator_id": creator_id, **LIVE}))

    def _collection(self) -> Any:
        return get_database()[INTERACTIONS.collection]


def _read_postgres(creator_id: int, ids: list[int]) -> dict[int, InteractionRecord]:
    return PostgresInteractionStore().get_interactions(creator_id=creator_id, ids=ids)


def _to_record(document: dict[str, Any]) -> InteractionRecord:
    row = INTERACTIONS.mapper.to_row(document)
    names = ("creator_id", "platform", "external_id", "type", "channel", "author", "text", "occurred_at")
    return InteractionRecord(id=row["id"], **{name: row[name] for name in names})
