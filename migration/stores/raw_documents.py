"""Documents as the bytes MongoDB sends: read ahead while the caller works, decoded only where they differ."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from struct import Struct
from typing import Any, TypeVar

import bson
from bson import json_util
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.decimal128 import Decimal128
from bson.errors import BSONError
from pymongo.collection import Collection as MongoCollection

from migration.registry import DatasetSpec
from veri.platform.connections.mongo import get_database

T = TypeVar("T")
LOWEST, HIGHEST = -(2**63), 2**63 - 1
# What nobody of ours has written must be readable too: odd dates, broken texts.
CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="backslashreplace",
)
_LENGTH = Struct("<i")
# https://bsonspec.org/spec.html: a document's length, then its first element's type and name
_HEADS = {b"\x10_id\0": Struct("<i"), b"\x12_id\0": Struct("<q")}


def stream_window(spec: DatasetSpec, *, after: int, until: int | None, batch: int) -> Iterator[list[bytes]]:
    """Yield the documents with ``after < _id <= until`` in the server's order, about ``batch`` at a time.

    With neither bound all documents, those with an ``_id`` of another type included.
    """
    yield from _stream(_get_collection(spec).find_raw_batches(_bound(after, until), batch_size=batch))


def stream_stamps(spec: DatasetSpec, *, after: int, until: int | None, batch: int) -> Iterator[list[bytes]]:
    """Yield ``_id`` and ``_mig`` of the same documents."""
    yield from _stream(
        _get_collection(spec).find_raw_batches(_bound(after, until), projection={"_mig": 1}, batch_size=batch)
    )


def stream_foreign(spec: DatasetSpec, *, batch: int) -> Iterator[list[bytes]]:
    """Yield stamp and creator of the documents whose ``_id`` is no 64-bit number."""
    foreign = {"$nor": [{"_id": {"$gte": LOWEST, "$lte": HIGHEST}}]}
    shown = {"_mig": 1} if spec.scope_column == "id" else {"_mig": 1, spec.scope_column: 1}
    yield from _stream(_get_collection(spec).find_raw_batches(foreign, projection=shown, batch_size=batch))


def list_scope_keys(spec: DatasetSpec, *, scope: int, batch: int) -> Iterator[list[bytes]]:
    """Yield ``_id`` and ``_mig`` of the documents that name a creator."""
    name = "_id" if spec.scope_column == "id" else spec.scope_column
    yield from _stream(_get_collection(spec).find_raw_batches({name: scope}, projection={"_mig": 1}, batch_size=batch))


def fetch_keys(spec: DatasetSpec, *, keys: Sequence[int]) -> dict[int, bytes]:
    """Return the documents of the keys, tombstones included."""
    batches = _iterate(_get_collection(spec).find_raw_batches({"_id": {"$in": list(keys)}}, batch_size=len(keys) + 1))
    return dict(index_by_key(one for raw in batches for one in split(raw)))


def find_foreign(spec: DatasetSpec, *, document_ids: Collection[str], batch: int = 1000) -> dict[str, bytes]:
    """Return those documents, given by the JSON of their ``_id``, that are there.

    Numbers are asked for by name, all others found in one scan: not every server can be asked for every type.
    """
    numbers = [one for one in map(parse_id, document_ids) if isinstance(one, float | Decimal128)]
    found = _iterate(_get_collection(spec).find_raw_batches({"_id": {"$in": numbers}})) if numbers else iter(())
    documents = [one for raw in found for one in split(raw)]
    if len(numbers) < len(document_ids):
        documents += [one for part in stream_foreign(spec, batch=batch) for one in part if _name(one) in document_ids]
    return {name: one for one in documents if (name := _name(one)) in document_ids}


def _name(document: bytes) -> str:
    return write_id(decode(document).get("_id"))


def delete_foreign(spec: DatasetSpec, *, document_id: str) -> bool:
    """Delete a document of another type of ``_id``; return whether it was there."""
    return bool(_get_collection(spec).delete_one({"_id": {"$eq": parse_id(document_id)}}).deleted_count)


def clear_stamp(spec: DatasetSpec, *, key: int, version: Any) -> bool:
    """Take the stamp off a document that still has this version, so that the relay may overwrite it."""
    changed = _get_collection(spec).update_one({"_id": key, "_mig.v": version}, {"$unset": {"_mig": ""}})
    return bool(changed.modified_count)


def index_by_key(documents: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield those documents whose ``_id`` is a 64-bit number, with it."""
    for one in documents:
        key = read_key(one)
        if key is not None:
            yield key, one


def read_key(document: bytes) -> int | None:
    """Return the ``_id`` when it is a 64-bit number, without decoding the rest where it comes first."""
    head = _HEADS.get(document[4:9])
    if head is not None:
        return int(head.unpack_from(document, 9)[0])
    found = decode(document).get("_id")
    return int(found) if isinstance(found, int) and not isinstance(found, bool) else None


def decode(document: bytes) -> dict[str, Any]:
    """Return a document's content; of one that is no valid BSON nothing."""
    try:
        return bson.decode(document, CODEC)
    except (BSONError, ValueError, OverflowError):
        return {"_id": None}


def is_tombstone(document: Mapping[str, Any]) -> bool:
    """Tell whether a document says "deleted"; a stamp that is none of ours does not."""
    stamp = document.get("_mig")
    return isinstance(stamp, dict) and bool(stamp.get("d"))


def write_id(value: object) -> str:
    """Return an ``_id`` of any type as JSON that tells the type."""
    return json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS)


def parse_id(document_id: str) -> Any:
    """Return the ``_id`` that ``write_id`` wrote."""
    return json_util.loads(document_id, json_options=json_util.CANONICAL_JSON_OPTIONS)


def split(raw: bytes) -> list[bytes]:
    """Return the single documents of a raw batch."""
    found, start = [], 0
    while start < len(raw):
        end = start + _LENGTH.unpack_from(raw, start)[0]
        found.append(raw[start:end])
        start = end
    return found


def read_ahead(batches: Iterator[T]) -> Iterator[T]:
    """Yield from an iterator while a thread already fetches the next; it waits for the network, not for Python."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
        upcoming = pool.submit(next, batches, None)
        while (batch := upcoming.result()) is not None:
            upcoming = pool.submit(next, batches, None)
            yield batch


def _stream(batches: Any) -> Iterator[list[bytes]]:
    try:
        for raw in read_ahead(iter(batches)):
            yield split(raw)
    finally:
        batches.close()


def _iterate(batches: Any) -> Iterator[bytes]:
    """Give raw batches the type they have; the driver declares them as documents."""
    yield from batches


def _bound(after: int, until: int | None) -> dict[str, Any]:
    if until is None and after <= LOWEST:
        return {}
    return {"_id": {"$gt": after} if until is None else {"$gt": after, "$lte": until}}


def _get_collection(spec: DatasetSpec) -> MongoCollection[dict[str, Any]]:
    return get_database()[spec.collection].with_options(codec_options=CODEC)
