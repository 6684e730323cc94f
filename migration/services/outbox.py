"""The outbox as a whole: its partitions, emptying one, dropping what later rows say again."""

from typing import Any

from django.db import OperationalError, connection, transaction

from migration.models import OutboxRow
from migration.registry import get_spec, iterate_specs
from migration.sql import get_partition

LOCK_MS = 500  # longer waits would hold up everybody who writes the captured table
DELETE_BATCH = 50_000
COMPACT_BATCH = 500_000
_TABLE = OutboxRow._meta.db_table  # noqa: SLF001  documented

_DELETE = f"""
DELETE FROM {_TABLE} WHERE dataset = %(dataset)s AND id = ANY(ARRAY(
  SELECT id FROM {_TABLE} WHERE dataset = %(dataset)s AND id <= %(newest)s ORDER BY id LIMIT %(limit)s))"""  # noqa: S608  the model's own table

# The relay may hold the newest row of a key: that one is then not seen here, and the next newest is kept.
_COMPACT = f"""
DELETE FROM {_TABLE} WHERE dataset = %(dataset)s AND id = ANY(ARRAY(
  SELECT id FROM {_TABLE} WHERE dataset = %(dataset)s AND quarantined_at IS NULL AND id = ANY(ARRAY(
    SELECT id FROM (
      SELECT id, row_number() OVER (PARTITION BY key, scope, operation ORDER BY version DESC, id DESC) AS place
      FROM {_TABLE} WHERE dataset = %(dataset)s AND quarantined_at IS NULL) ranked
    WHERE place > 1 LIMIT %(limit)s))
  FOR UPDATE SKIP LOCKED))"""  # noqa: S608  the model's own table


def create_outbox_partitions(**_signal: Any) -> None:
    """Give every registered dataset its partition of the outbox; rows that wait in the default one are moved."""
    for spec in iterate_specs():
        with connection.cursor() as cursor:
            cursor.execute("SELECT migration_create_outbox_partition(%s)", [spec.name])


def empty_outbox(*, dataset: str) -> None:
    """Drop everything that waits of a dataset, the quarantine too, in the caller's transaction.

    Cheap whatever the size: the partition is truncated. Where a writer or relay holds it for longer than half a
    second, the rows are deleted instead, and rows a relay has taken are waited for.
    """
    get_spec(dataset)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
            cursor.execute(f"TRUNCATE {get_partition(dataset)}")
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError:
        _delete_waiting(dataset)


def _delete_waiting(dataset: str) -> None:
    """Delete in batches up to the newest row there is now: writers may go on adding until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {_TABLE} WHERE dataset = %s", [dataset])  # noqa: S608  the model's own table
        (newest,) = cursor.fetchone()
        deleted = DELETE_BATCH if newest else 0
        while deleted:
            cursor.execute(_DELETE, {"dataset": dataset, "newest": newest, "limit": DELETE_BATCH})
            deleted = cursor.rowcount


def compact_outbox(*, dataset: str, limit: int = COMPACT_BATCH) -> int:
    """Delete up to ``limit`` rows that say no more than a later one; return how many.

    Of each key the newest row of every creator and operation stays: the relay re-reads the key, knows its newest
    delete, and every creator concerned still counts as having a pending write.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COMPACT, {"dataset": dataset, "limit": limit})
        return int(cursor.rowcount)
