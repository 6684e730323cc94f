"""Rows of captured tables, read with raw SQL so that every value has the type its field declares."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from migration.registry import DatasetSpec


def read_rows(spec: DatasetSpec, *, keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the current rows of the keys that exist."""
    return {row["id"]: row for row in _fetch(f"{spec.select_sql} WHERE id = ANY(%s)", [list(keys)])}


def read_chunk(spec: DatasetSpec, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Return up to ``limit`` rows with a key above ``after``, in key order."""
    return list(_fetch(f"{spec.select_sql} WHERE id > %s ORDER BY id LIMIT %s", [after, limit]))


def find_existing_keys(spec: DatasetSpec, *, keys: Sequence[int]) -> set[int]:
    """Return which of the keys have a row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {spec.table} WHERE id = ANY(%s)", [list(keys)])  # noqa: S608  name from code
        return {key for (key,) in cursor.fetchall()}


def touch_rows(spec: DatasetSpec, *, keys: Sequence[int]) -> int:
    """Give rows a new version, which the triggers capture; return how many existed."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {spec.table} SET id = id WHERE id = ANY(%s)", [list(keys)])  # noqa: S608  name from code
        return cursor.rowcount


def estimate_rows(spec: DatasetSpec) -> int:
    """Return the planner's estimate of the table's size, at least 0."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [spec.table])
        return int(cursor.fetchone()[0])


def _fetch(sql: str, parameters: list[Any]) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        for values in cursor.fetchall():
            yield dict(zip(names, values, strict=True))
