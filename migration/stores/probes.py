"""Looks at both stores that change nothing which matters: for preflights and guards."""

import time
from typing import Any

import bson
from bson.codec_options import CodecOptions
from django.db import connection
from pymongo import ReplaceOne, WriteConcern
from pymongo.errors import OperationFailure

from migration.registry import DatasetSpec
from migration.stores.rows import RowsRead, read_rows
from veri.platform.connections.mongo import get_database

SCRATCH = "veri_preflight"
_AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


def measure_ping_ms() -> float:
    """Return how many milliseconds MongoDB takes to answer a ping."""
    started = time.perf_counter()
    get_database().command("ping")
    return (time.perf_counter() - started) * 1000


def probe_writes(spec: DatasetSpec) -> None:
    """Insert, replace and delete one document of a scratch collection, acknowledged by a majority."""
    scratch = get_database().get_collection(SCRATCH, write_concern=WriteConcern("majority"))
    key = f"{spec.name}:{time.time_ns()}"
    scratch.bulk_write([ReplaceOne({"_id": key}, {"_id": key, "v": 1}, upsert=True)])
    scratch.replace_one({"_id": key}, {"_id": key, "v": 2})
    scratch.delete_one({"_id": key})
    scratch.drop()


def through_bson(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as MongoDB would give it back."""
    return bson.decode(bson.encode(document), codec_options=_AWARE)


def has_unstamped(spec: DatasetSpec) -> bool:
    """Return whether the collection holds a document that is not ours."""
    return get_database()[spec.collection].find_one({"_mig.v": {"$exists": False}}, {"_id": 1}) is not None


def list_missing_indexes(spec: DatasetSpec) -> list[str]:
    """Return the declared indexes the collection lacks, by their fields: not every server tells directions."""
    try:
        present = {tuple(one["key"]) for one in get_database()[spec.collection].list_indexes()}
    except OperationFailure:  # there is no such collection yet
        present = set()
    wanted = [tuple(name for name, _ in keys) for keys in (*spec.indexes, *spec.unique_indexes)]
    return [", ".join(fields) for fields in wanted if fields not in present]


def sample_rows(spec: DatasetSpec, *, limit: int) -> RowsRead:
    """Return some rows from the whole table: the newest, and as many from everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"(SELECT id FROM {spec.table} ORDER BY id DESC LIMIT %(half)s) UNION"  # noqa: S608  name from code
            f" (SELECT id FROM {spec.table} TABLESAMPLE SYSTEM (1) LIMIT %(half)s)",
            {"half": max(1, limit // 2)},
        )
        keys = [key for (key,) in cursor.fetchall()]
    return read_rows(spec, keys=keys)
