"""Stored versions and fingerprints of many keys at once, as arrays: rows beside the ledger, and MongoDB's stamps."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from django.db import connection

from migration.registry import DatasetSpec
from migration.stores import raw_documents
from migration.stores.ledger import read_fingerprint
from migration.stores.raw_documents import HIGHEST

Stamps: TypeAlias = npt.NDArray[Any]
Ledger: TypeAlias = npt.NDArray[Any]
STAMP = np.dtype([("key", np.int64), ("version", np.int64), ("fingerprint", np.int64), ("is_live", np.bool_)])
_ENTRY = np.dtype(
    [("key", ">i8"), ("row", ">i8"), ("version", ">i8"), ("fingerprint", ">i8"), ("is_deleted", np.bool_)]
)
# One value for the window: a message per row would cost more than everything else.
_QUERY = """
SELECT string_agg(int8send(coalesce(r.id, l.key)) || int8send(coalesce(r.version, 0))
  || int8send(coalesce(l.version, 0))
  || int8send(coalesce(l.fingerprint, 0)) || boolsend(coalesce(l.is_deleted, true)), '')
FROM (SELECT id, version FROM {table} WHERE id > %(after)s AND id <= %(until)s) r
FULL JOIN (
  SELECT key, version, fingerprint, is_deleted FROM migration_ledgerentry
  WHERE dataset = %(dataset)s AND key > %(after)s AND key <= %(until)s) l ON l.key = r.id"""


def read_ledger(spec: DatasetSpec, *, after: int, until: int | None) -> Ledger:
    """Return for every key that has a row or an entry: the row's version (0 for none) and the ledger's entry.

    A key without an entry has version 0 and counts as deleted.
    """
    bounds: dict[str, int | str] = {"dataset": spec.name, "after": after, "until": HIGHEST if until is None else until}
    with connection.cursor() as cursor:
        cursor.execute(_QUERY.format(table=spec.table), bounds)
        (data,) = cursor.fetchone()
    return np.frombuffer(bytes(data or b""), dtype=_ENTRY)


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
