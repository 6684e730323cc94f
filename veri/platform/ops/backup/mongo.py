"""MongoDB: collections as compressed lines of canonical extended JSON, counted and hashed."""

import gzip
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veri.platform.connections.mongo import get_database
from veri.platform.ops.errors import BackupFailed

if TYPE_CHECKING:
    from pymongo.database import Database

BATCH = 500
INDEX_OPTIONS = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression", "weights", "default_language")


def dump_collections(*, folder: Path, database: "Database[Any] | None" = None) -> dict[str, dict[str, Any]]:
    """Write every collection, ordered by ``_id``; return ``{collection: {documents, sha256, file, indexes}}``."""
    source = get_database() if database is None else database
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for number, name in enumerate(sorted(_list_collections(source))):
        path = folder / f"{number:04}.jsonl.gz"  # names of collections need not be names of files
        found[name] = {"file": path.name, "indexes": _list_indexes(source, name), **_dump(source, name, path)}
    return found


def measure_collections(*, database: "Database[Any]") -> dict[str, dict[str, Any]]:
    """Return ``{collection: {documents, sha256}}`` without writing anything."""
    return {name: _dump(database, name, None) for name in sorted(_list_collections(database))}


def load_collections(*, folder: Path, manifest: dict[str, dict[str, Any]], database: "Database[Any]") -> None:
    """Insert every dumped collection into a database that has none of them, then build its indexes."""
    for name, entry in manifest.items():
        collection = database.create_collection(name)
        batch: list[Any] = []
        for line in _read_lines(folder / entry["file"]):
            batch.append(_parse(line))
            if len(batch) == BATCH:
                collection.insert_many(batch)
                batch = []
        if batch:
            collection.insert_many(batch)
        for index in entry["indexes"]:
            keys = [(field, direction) for field, direction in index["key"]]
            collection.create_index(keys, name=index["name"], **index["options"])


def get_scratch_database(*, name: str) -> "Database[Any]":
    """Return another database of the same server."""
    return get_database().client[name]


def drop_collections(*, database: "Database[Any]") -> None:
    """Drop every collection of a database."""
    for name in _list_collections(database):
        database.drop_collection(name)


def count_documents() -> int:
    """Return how many documents the configured database holds."""
    database = get_database()
    return sum(database[name].count_documents({}) for name in _list_collections(database))


def _list_collections(database: "Database[Any]") -> list[str]:
    return [name for name in database.list_collection_names() if not name.startswith("system.")]


def _list_indexes(database: "Database[Any]", name: str) -> list[dict[str, Any]]:
    found = database[name].index_information()
    return [
        {
            "name": index,
            # A text index lists its fields as weights; its own key is an internal one.
            "key": [[field, "text"] for field in spec["weights"]]
            if "weights" in spec
            else [list(pair) for pair in spec["key"]],
            "options": {option: spec[option] for option in INDEX_OPTIONS if option in spec},
        }
        for index, spec in sorted(found.items())
        if index != "_id_"
    ]


def _dump(database: "Database[Any]", name: str, path: Path | None) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    target = gzip.open(path, "wb") if path else None  # noqa: SIM115  closed below; measuring needs none
    try:
        for document in database[name].find({}, batch_size=BATCH).sort("_id", 1):
            line = _render(document)
            digest.update(line)
            count += 1
            if target:
                target.write(line)
    finally:
        if target:
            target.close()
    return {"documents": count, "sha256": digest.hexdigest()}


def _render(document: Any) -> bytes:
    from bson import json_util  # the driver loads on first use

    return json_util.dumps(document, json_options=json_util.CANONICAL_JSON_OPTIONS).encode() + b"\n"


def _parse(line: bytes) -> Any:
    from bson import json_util  # same

    return json_util.loads(line.decode(), json_options=json_util.CANONICAL_JSON_OPTIONS)


def _read_lines(path: Path) -> Any:
    try:
        with gzip.open(path, "rb") as source:
            yield from source
    except (OSError, EOFError) as error:
        raise BackupFailed(f"{path.name} cannot be read: {type(error).__name__}") from error
