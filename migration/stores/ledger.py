"""The ledger of writes MongoDB has acknowledged: what the fast tier compares with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from migration.registry import DatasetSpec

# In key order, so that two writers never wait for each other in a circle.
_RECORD = """
INSERT INTO migration_ledgerentry AS l (dataset, key, version, fingerprint, is_deleted)
SELECT %s, key, version, fingerprint, fingerprint IS NULL
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS given(key, version, fingerprint)
ON CONFLICT (dataset, key) DO UPDATE
SET version = EXCLUDED.version, fingerprint = EXCLUDED.fingerprint, is_deleted = EXCLUDED.is_deleted
WHERE l.version < EXCLUDED.version
  OR (l.version = EXCLUDED.version AND l.fingerprint IS DISTINCT FROM EXCLUDED.fingerprint)"""


def record_written(spec: DatasetSpec, documents: Iterable[Mapping[str, Any]]) -> None:
    """Note stamped documents and tombstones that MongoDB acknowledged, in the caller's transaction; one statement.

    An entry never goes back to an older version: when MongoDB had a newer document, so will the ledger.
    """
    stamps = sorted((one["_id"], one["_mig"]["v"], read_fingerprint(one["_mig"].get("h"))) for one in documents)
    if not stamps:
        return
    keys, versions, fingerprints = zip(*stamps, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [spec.name, list(keys), list(versions), list(fingerprints)])


def forget_older(spec: DatasetSpec, *, version: int) -> None:
    """Forget the keys whose documents a TRUNCATE deleted."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM migration_ledgerentry WHERE dataset = %s AND version < %s", [spec.name, version])


def find_deleted(spec: DatasetSpec, *, keys: Sequence[int]) -> set[int]:
    """Return which of the keys were deleted in MongoDB, as far as the ledger knows."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM migration_ledgerentry WHERE dataset = %s AND key = ANY(%s) AND is_deleted",
            [spec.name, list(keys)],
        )
        return {key for (key,) in cursor.fetchall()}


def list_deleted_since(spec: DatasetSpec, *, version: int, after: int, limit: int) -> list[int]:
    """Return keys above ``after`` that were deleted with a later version, lowest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM migration_ledgerentry"
            " WHERE dataset = %s AND key > %s AND version > %s AND is_deleted ORDER BY key LIMIT %s",
            [spec.name, after, version, limit],
        )
        return [key for (key,) in cursor.fetchall()]


def read_fingerprint(given: object) -> int | None:
    """Return the first 64 bits of a stamp's 32 hex digits as a signed number; None when it has no such digits."""
    if not isinstance(given, str):
        return None
    try:
        return int.from_bytes(bytes.fromhex(given[:16]), "big", signed=True)
    except ValueError:
        return None
