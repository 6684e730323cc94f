"""Documents of captured collections: guarded, versioned writes that may arrive in any order and any number of times.

A guarded upsert matches only an older version. When the stored version is equal or newer it matches nothing, tries to
insert and fails with a duplicate key on ``_id``: that means "newer exists" and is success.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bson.errors import InvalidDocument
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, DocumentTooLarge

from migration.registry import DatasetSpec
from veri.platform.connections.mongo import get_database

DUPLICATE_KEY = 11000
UNSENDABLE = (InvalidDocument, DocumentTooLarge, OverflowError)
Document: TypeAlias = dict[str, Any]
LIVE: dict[str, Any] = {"_mig.d": {"$exists": False}}


@dataclass(frozen=True, kw_only=True)
class RefusedWrite:
    """A document MongoDB would not take, with its reason."""

    key: int
    reason: str


def write_documents(spec: DatasetSpec, documents: Sequence[Document]) -> list[RefusedWrite]:
    """Upsert stamped documents or tombstones unless MongoDB has the same or a newer version.

    A stored document without a version of ours is foreign and is overwritten. Return the documents MongoDB refused for
    their content; connection failures are raised.
    """
    if not documents:
        return []
    try:
        _write_bulk(spec, [_build_upsert(one, {"$lt": one["_mig"]["v"]}) for one in documents])
    except BulkWriteError as error:
        failures = error.details.get("writeErrors", [])
        taken = [documents[one["index"]] for one in failures if one.get("code") == DUPLICATE_KEY]
        refused = [
            RefusedWrite(key=int(documents[one["index"]]["_id"]), reason=str(one.get("errmsg", ""))[:500])
            for one in failures
            if one.get("code") != DUPLICATE_KEY
        ]
        _overwrite_foreign(spec, taken)
        return refused
    except UNSENDABLE as error:
        return _write_one_by_one(spec, documents, error)
    return []


def _build_upsert(document: Document, version: Any) -> ReplaceOne[Document]:
    return ReplaceOne({"_id": document["_id"], "_mig.v": version}, document, upsert=True)


def _write_bulk(spec: DatasetSpec, requests: list[ReplaceOne[Document]]) -> None:
    get_database()[spec.collection].bulk_write(requests, ordered=False)


def _overwrite_foreign(spec: DatasetSpec, taken: Sequence[Document]) -> None:
    """Replace those of the documents' stored counterparts that carry no version; a versioned one is newer."""
    by_key = {one["_id"]: one for one in taken}
    collection = get_database()[spec.collection]
    for stored in collection.find({"_id": {"$in": list(by_key)}}, {"_mig": 1}):
        stamp = stored.get("_mig")
        version = stamp.get("v") if isinstance(stamp, dict) else None
        if not isinstance(version, int):
            guard = {"$exists": False} if version is None else version
            collection.replace_one({"_id": stored["_id"], "_mig.v": guard}, by_key[stored["_id"]])


def _write_one_by_one(spec: DatasetSpec, documents: Sequence[Document], error: Exception) -> list[RefusedWrite]:
    """Find the documents the driver cannot send: too large, or numbers beyond 64 bits."""
    if len(documents) == 1:
        return [RefusedWrite(key=int(documents[0]["_id"]), reason=f"{type(error).__name__}: {error}"[:500])]
    return [refused for one in documents for refused in write_documents(spec, [one])]


def build_tombstone(*, key: int, version: int) -> dict[str, Any]:
    """Return the document that says "deleted at this version"; it keeps older writes from coming back."""
    return {"_id": key, "_mig": {"v": version, "d": True}}


def delete_older(spec: DatasetSpec, *, version: int) -> None:
    """Delete every document older than a TRUNCATE."""
    get_database()[spec.collection].delete_many({"_mig.v": {"$lt": version}})


def read_range(spec: DatasetSpec, *, after: int, until: int) -> dict[int, dict[str, Any]]:
    """Return the live documents with ``after < _id <= until``."""
    found = get_database()[spec.collection].find({"_id": {"$gt": after, "$lte": until}})
    return {one["_id"]: one for one in found if not is_tombstone(one)}


def read_documents(spec: DatasetSpec, *, keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the live documents of the keys."""
    found = get_database()[spec.collection].find({"_id": {"$in": list(keys)}})
    return {one["_id"]: one for one in found if not is_tombstone(one)}


def list_keys(spec: DatasetSpec, *, after: int, until: int | None) -> list[int]:
    """Return the keys of live documents in a range, lowest first, without their content.

    They are put in order here: the embedded server sorts ``_id`` as text.
    """
    bounds: dict[str, Any] = {"$gt": after} if until is None else {"$gt": after, "$lte": until}
    found = get_database()[spec.collection].find({"_id": bounds}, {"_mig.d": 1})
    return sorted(one["_id"] for one in found if not is_tombstone(one))


def is_tombstone(document: Mapping[str, Any]) -> bool:
    return bool(document.get("_mig", {}).get("d"))


def create_indexes(spec: DatasetSpec) -> None:
    """Create the collection's secondary indexes; existing ones stay."""
    collection = get_database()[spec.collection]
    for keys in spec.indexes:
        collection.create_index(list(keys))
