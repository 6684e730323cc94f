"""Stored versions and fingerprints of many keys at once, as arrays: rows beside the ledger, and MongoDB's stamps."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from migration.registry import DatasetSpec
from migration.stores import raw_documents
from migration.stores.key_ranges import copy_out
from migration.stores.ledger import read_fingerprint

Stamps: TypeAlias = npt.NDArray[Any]
Ledger: TypeAlias = npt.NDArray[Any]
STAMP = np.dtype([("key", np.int64), ("version", np.int64), ("fingerprint", np.int64), ("is_live", np.bool_)])
# A row of COPY's binary form: the number of fields, then each field's length and value, most significant byte first.
_COPIED = np.dtype(
    [
        ("fields", ">i2"),
        ("length_1", ">i4"),
        ("key", ">i8"),
        ("length_2", ">i4"),
        ("row", ">i8"),
        ("length_3", ">i4"),
        ("version", ">i8"),
        ("length_4", ">i4"),
        ("fingerprint", ">i8"),
        ("length_5", ">i4"),
        ("is_deleted", "?"),
    ]
)
_LENGTHS = {"fields": 5, "length_1": 8, "length_2": 8, "length_3": 8, "length_4": 8, "length_5": 1}
_QUERY = """
SELECT coalesce(r.id, l.key), coalesce(r.version, 0), coalesce(l.version, 0), coalesce(l.fingerprint, 0),
  coalesce(l.is_deleted, true)
FROM (SELECT id, version FROM {table} WHERE id > {after:d}{row_bound}) r
FULL JOIN (
  SELECT key, version, fingerprint, is_deleted FROM migration_ledgerentry
  WHERE dataset = '{dataset}' AND key > {after:d}{ledger_bound}) l ON l.key = r.id"""


def read_ledger(spec: DatasetSpec, *, after: int, until: int | None) -> Ledger:
    """Return for every key that has a row or an entry: the row's version (0 for none) and the ledger's entry.

    A key without an entry has version 0 and counts as deleted.
    """
    query = _QUERY.format(
        table=spec.table,
        dataset=spec.name,
        after=after,
        row_bound="" if until is None else f" AND id <= {until:d}",
        ledger_bound="" if until is None else f" AND key <= {until:d}",
    )
    found = np.frombuffer(copy_out(query), dtype=_COPIED)
    if not all((found[name] == length).all() for name, length in _LENGTHS.items()):
        raise ValueError("PostgreSQL's COPY sent rows of another shape")
    return found


def parse_stamps(batch: Sequence[bytes]) -> Stamps:
    """Return the stamps of documents with a numeric ``_id``; a stamp that is none of ours has version 0."""
    found = [_parse(key, raw_documents.decode(one).get("_mig")) for key, one in raw_documents.index_by_key(batch)]
    return np.array(found, dtype=STAMP)


def _parse(key: int, stamp: object) -> tuple[int, int, int, bool]:
    if not isinstance(stamp, dict):
        return (key, 0, 0, True)
    version = stamp.get("v")
    is_version = isinstance(version, int) and not isinstance(version, bool)
    return (key, version if is_version else 0, read_fingerprint(stamp.get("h")) or 0, not stamp.get("d"))  # type: ignore[return-value]  # checked above
