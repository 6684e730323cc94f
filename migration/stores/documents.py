"""Documents of captured collections: guarded, versioned writes that may arrive in any order and any number of times.

A guarded upsert matches only an older version. When the stored version is equal or newer it matches nothing, tries to
insert and fails with a duplicate key on ``_id``: that means "newer exists" and is success.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bson.errors import InvalidDocument
from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, DocumentTooLarge, OperationFailure

from migration.registry import DatasetSpec
from migration.stores.failures import CONTENT_CODES, DUPLICATE_KEY, cannot_replace_bytes, raise_unless_content
from veri.platform.connections.mongo import get_database

UNSENDABLE = (InvalidDocument, DocumentTooLarge, OverflowError)
Document: TypeAlias = dict[str, Any]
ATTEMPTS = 3
LIVE: dict[str, Any] = {"_mig.d": {"$exists": False}}


@dataclass(frozen=True, kw_only=True)
class RefusedWrite:
    """A document MongoDB would not take, with its reason."""

    key: int
    reason: str


def require_server() -> None:
    """Ask for a sign of life before a transaction is opened that would wait for one.

    Within a deadline of its own the driver looks for a server until the deadline; without, 1.5 s.

    Raises:
        PyMongoError: nobody answers.
    """
    get_database().command("ping")


def write_documents(spec: DatasetSpec, documents: Sequence[Document]) -> list[RefusedWrite]:
    """Upsert stamped documents or tombstones unless MongoDB has the same or a newer version.

    A stored document without a version of ours is foreign and is overwritten. Return the documents MongoDB refused for
    their content, or for values another document has that an index keeps unique.

    Raises:
        PyMongoError: MongoDB is away, takes no writes, or did not acknowledge them as asked. Any part may be written.
    """
    return _write(spec, documents, attempt=1)


def _write(spec: DatasetSpec, documents: Sequence[Document], *, attempt: int) -> list[RefusedWrite]:
    if not documents:
        return []
    try:
        _write_bulk(spec, [_build_upsert(one, {"$lt": one["_mig"]["v"]}) for one in documents])
    except BulkWriteError as error:
        return _settle_failures(spec, documents, error, attempt=attempt)
    except UNSENDABLE as error:
        return _write_one_by_one(spec, documents, error)
    except OperationFailure as error:
        if error.code not in CONTENT_CODES:
            raise
        return _write_one_by_one(spec, documents, error)
    return []


def _build_upsert(document: Document, version: Any) -> ReplaceOne[Document]:
    return ReplaceOne({"_id": document["_id"], "_mig.v": version}, document, upsert=True)


def _write_bulk(spec: DatasetSpec, requests: list[ReplaceOne[Document]]) -> None:
    get_database()[spec.collection].bulk_write(requests, ordered=False)


def _settle_failures(
    spec: DatasetSpec, documents: Sequence[Document], error: BulkWriteError, *, attempt: int
) -> list[RefusedWrite]:
    """Tell newer versions, foreign documents and refused content apart; write again what lost a race."""
    raise_unless_content(error, sent=len(documents))
    failures = {one["index"]: one for one in error.details.get("writeErrors", [])}
    twins = [documents[index] for index, one in failures.items() if one.get("code") == DUPLICATE_KEY]
    in_steps = [documents[index] for index, one in failures.items() if cannot_replace_bytes(one)]
    refused = [
        RefusedWrite(key=int(documents[index]["_id"]), reason=str(one.get("errmsg", ""))[:500])
        for index, one in failures.items()
        if one.get("code") != DUPLICATE_KEY and not cannot_replace_bytes(one)
    ]
    conflicting = _settle_duplicates(spec, twins + _replace_in_steps(spec, in_steps))
    if attempt == ATTEMPTS:
        return refused + [_refuse_twin(one) for one in conflicting]
    return refused + _write(spec, conflicting, attempt=attempt + 1)


def _replace_in_steps(spec: DatasetSpec, documents: Sequence[Document]) -> list[Document]:
    """Delete older versions, then insert; return what met a document that is still there.

    For the embedded server only, see ``cannot_replace_bytes``. A reader between the steps misses the document; a
    process killed between them leaves the outbox row, which brings it again.
    """
    if not documents:
        return []
    collection = get_database()[spec.collection]
    older = [DeleteOne({"_id": one["_id"], "_mig.v": {"$lt": one["_mig"]["v"]}}) for one in documents]
    collection.bulk_write(older, ordered=False)
    try:
        collection.bulk_write([InsertOne(one) for one in documents], ordered=False)
    except BulkWriteError as error:
        failures = error.details.get("writeErrors", [])
        if any(one.get("code") != DUPLICATE_KEY for one in failures):
            raise
        return [documents[one["index"]] for one in failures]
    return []


def _settle_duplicates(spec: DatasetSpec, twins: Sequence[Document]) -> list[Document]:
    """Overwrite stored documents that carry no version, leave newer ones; return what met neither.

    Those lost a race: somebody inserted an older version between our look and our insert. Or they share a value with
    another document that a unique index keeps apart; the rest of the batch may have freed it meanwhile.
    """
    if not twins:
        return []
    collection = get_database()[spec.collection]
    stored = {one["_id"]: one for one in collection.find({"_id": {"$in": [one["_id"] for one in twins]}}, {"_mig": 1})}
    conflicting = []
    for one in twins:
        stamp = stored.get(one["_id"], {}).get("_mig")
        version = stamp.get("v") if isinstance(stamp, dict) else None
        if one["_id"] not in stored or (isinstance(version, int) and version < one["_mig"]["v"]):
            conflicting.append(one)
        elif not isinstance(version, int):
            guard = {"$exists": False} if version is None else version
            collection.replace_one({"_id": one["_id"], "_mig.v": guard}, one)
    return conflicting


def _refuse_twin(document: Document) -> RefusedWrite:
    return RefusedWrite(key=int(document["_id"]), reason="another document has values that an index keeps unique")


def _write_one_by_one(spec: DatasetSpec, documents: Sequence[Document], error: Exception) -> list[RefusedWrite]:
    """Find the documents that cannot be sent or taken: too large, or numbers beyond 64 bits."""
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
    found = get_database()[spec.collection].find({"_id": bounds}, {"_mig": 1})
    return sorted(one["_id"] for one in found if not is_tombstone(one))


def iterate_keys(spec: DatasetSpec, *, batch: int) -> Iterator[list[int]]:
    """Yield the integer keys of all live documents in batches, in no order, in memory bounded by a batch.

    Documents with another type of ``_id`` are foreign; verification names them.
    """
    keys: list[int] = []
    for one in get_database()[spec.collection].find({}, {"_mig": 1}):
        if isinstance(one["_id"], int) and not is_tombstone(one):
            keys.append(one["_id"])
        if len(keys) == batch:
            yield keys
            keys = []
    if keys:
        yield keys


def has_documents(spec: DatasetSpec) -> bool:
    """Tell whether the collection holds anything."""
    return get_database()[spec.collection].find_one({}, {"_id": 1}) is not None


def is_tombstone(document: Mapping[str, Any]) -> bool:
    stamp = document.get("_mig")
    return isinstance(stamp, Mapping) and bool(stamp.get("d"))


def create_indexes(spec: DatasetSpec) -> None:
    """Create the collection's secondary indexes, the unique ones last; existing ones stay.

    Unique indexes are sparse: tombstones have none of the fields. Call it after the copy: rows arrive in any order.

    Raises:
        DuplicateKeyError: documents share values that are to be unique.
    """
    collection = get_database()[spec.collection]
    for keys in spec.indexes:
        collection.create_index(list(keys))
    for keys in spec.unique_indexes:
        collection.create_index(list(keys), unique=True, sparse=True)


def list_missing_indexes(spec: DatasetSpec) -> list[str]:
    """Return the secondary indexes the collection lacks, like ``creator_id 1, occurred_at -1``.

    Fields and their order are compared, not directions: the embedded server reports every field as ascending.
    """
    found = get_database()[spec.collection].index_information().values()
    existing = {tuple(name for name, _ in one["key"]) for one in found}
    wanted = (*spec.indexes, *spec.unique_indexes)
    return [
        ", ".join(f"{name} {order}" for name, order in keys)
        for keys in wanted
        if tuple(name for name, _ in keys) not in existing
    ]


def count_live(spec: DatasetSpec) -> int:
    """Return how many documents are no tombstones."""
    return int(get_database()[spec.collection].count_documents(LIVE))


def read_versions(spec: DatasetSpec, *, keys: Sequence[int]) -> dict[int, int]:
    """Return the stored versions of the keys, tombstones' too; documents without a version are left out.

    The whole stamp is asked for: the embedded server answers a projection of ``_mig.v`` with a field of that name.
    """
    found = get_database()[spec.collection].find({"_id": {"$in": list(keys)}}, {"_mig": 1})
    versions = {one["_id"]: one["_mig"].get("v") for one in found if isinstance(one.get("_mig"), Mapping)}
    return {key: version for key, version in versions.items() if isinstance(version, int)}
