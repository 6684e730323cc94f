"""Ask the relay for keys: rows to be written again, keys to be deleted. Nothing else writes the outbox by hand."""

from collections.abc import Sequence

from django.db import connection

from migration.enums import Operation
from migration.registry import DatasetSpec
from migration.sql import get_partition

_ENQUEUE = """
INSERT INTO {outbox} (dataset, key, scope, version, operation)
SELECT %(dataset)s, wanted.key, coalesce(t.{scope}, 0), nextval('migration_version_seq'), %(operation)s
FROM unnest(%(keys)s::bigint[]) AS wanted (key) LEFT JOIN {table} t ON t.id = wanted.key"""

_ENQUEUE_MISSING = """
INSERT INTO {outbox} (dataset, key, scope, version, operation)
SELECT %(dataset)s, t.id, t.{scope}, t.version, 'u' FROM {table} t
WHERE t.id = ANY(%(keys)s) AND NOT EXISTS (
  SELECT 1 FROM {outbox} o WHERE o.scope = t.{scope} AND o.key = t.id)"""


def enqueue_deletes(spec: DatasetSpec, *, keys: Sequence[int]) -> None:
    """Ask the relay to put a tombstone on keys that have no row; where a row exists, it is written instead."""
    _enqueue(spec, keys=keys, operation=Operation.DELETE)


def enqueue_upserts(spec: DatasetSpec, *, keys: Sequence[int]) -> None:
    """Ask the relay to write the current rows of the keys; where MongoDB has the same version nothing changes."""
    _enqueue(spec, keys=keys, operation=Operation.UPSERT)


def enqueue_rows(spec: DatasetSpec, *, keys: Sequence[int]) -> int:
    """Ask the relay for the keys that have a row and are not on their way already; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_fill(_ENQUEUE_MISSING, spec), {"dataset": spec.name, "keys": list(keys)})
        count = int(cursor.rowcount)
        if count:
            cursor.execute("SELECT pg_notify('migration_outbox', %s)", [spec.name])
    return count


def _enqueue(spec: DatasetSpec, *, keys: Sequence[int], operation: Operation) -> None:
    """Scope 0 stands for every creator: nobody reads MongoDB's copy of a key whose owner is not known."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(_fill(_ENQUEUE, spec), {"dataset": spec.name, "operation": operation.value, "keys": list(keys)})
        cursor.execute("SELECT pg_notify('migration_outbox', %s)", [spec.name])


def _fill(sql: str, spec: DatasetSpec) -> str:
    return sql.format(outbox=get_partition(spec.name), scope=spec.scope_column, table=spec.table)
