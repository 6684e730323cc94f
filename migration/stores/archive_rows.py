"""Rows of a captured table as JSON texts, out and in."""

from collections.abc import Iterator, Sequence

from django.db import DatabaseError, connection, transaction

from migration.errors import ArchiveInvalid
from migration.models.dataset import LOWEST_KEY
from migration.registry import DatasetSpec

CHUNK = 2000


def iterate_rows(spec: DatasetSpec) -> Iterator[list[str]]:
    """Yield the rows as JSON texts in chunks of key order, each its own short reading."""
    sql = f"SELECT id, row_to_json(t)::text FROM {spec.table} t WHERE id > %s ORDER BY id LIMIT %s"  # noqa: S608  from code
    after = LOWEST_KEY
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [after, CHUNK])
            found = cursor.fetchall()
        if not found:
            return
        after = found[-1][0]
        yield [text for _, text in found]


def insert_missing(spec: DatasetSpec, lines: Sequence[str]) -> int:
    """Insert the rows whose key the table lacks; return how many.

    Raises:
        ArchiveInvalid: the table refuses a row; none of these is inserted.
    """
    sql = (
        f"INSERT INTO {spec.table} SELECT * FROM json_populate_recordset(NULL::{spec.table}, %s::json)"  # noqa: S608  from code
        " ON CONFLICT (id) DO NOTHING"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [f"[{','.join(lines)}]"])
            return int(cursor.rowcount)
    except DatabaseError as error:
        raise ArchiveInvalid(f"{spec.table} refuses a row of the archive: {error}"[:500]) from error


def advance_sequence(spec: DatasetSpec) -> None:
    """Let new rows take ids above every present one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest((SELECT max(id) FROM {spec.table}),"  # noqa: S608  from code
            " nextval(pg_get_serial_sequence(%s, 'id'))))",
            [spec.table, spec.table],
        )


def list_columns(spec: DatasetSpec) -> list[str]:
    """Return the table's columns in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum",
            [spec.table],
        )
        return [name for (name,) in cursor.fetchall()]
