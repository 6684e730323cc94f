"""Rows of captured tables, read with raw SQL so that every value has the type its field declares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DataError, connection

from migration.registry import DatasetSpec


@dataclass(frozen=True, kw_only=True)
class RowsRead:
    """Rows by key, and by key the reason why a row cannot be read (like an infinite timestamp)."""

    rows: dict[int, dict[str, Any]]
    unreadable: dict[int, str]


def read_rows(spec: DatasetSpec, *, keys: Sequence[int]) -> RowsRead:
    """Return the current rows of the keys that exist; one that cannot be read does not hold up the others."""
    try:
        found = _fetch(f"{spec.select_sql} WHERE id = ANY(%s)", [list(keys)])
    except DataError as error:
        if len(keys) == 1:
            return RowsRead(rows={}, unreadable={keys[0]: f"cannot be read: {error}"[:500]})
        halves = [read_rows(spec, keys=half) for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :])]
        return RowsRead(rows=halves[0].rows | halves[1].rows, unreadable=halves[0].unreadable | halves[1].unreadable)
    return RowsRead(rows={row["id"]: row for row in found}, unreadable={})


def read_chunk(spec: DatasetSpec, *, after: int, limit: int) -> RowsRead:
    """Return up to ``limit`` rows with a key above ``after``, lowest keys first."""
    try:
        found = _fetch(f"{spec.select_sql} WHERE id > %s ORDER BY id LIMIT %s", [after, limit])
    except DataError:
        return read_rows(spec, keys=_list_keys(spec, after=after, limit=limit))
    return RowsRead(rows={row["id"]: row for row in found}, unreadable={})


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Rows above a version, and a random share (0 to 1) of the others; the same seed gives the same rows."""

    share: float
    above_version: int
    seed: int


def read_chosen(spec: DatasetSpec, *, after: int, limit: int, chosen: Chosen) -> RowsRead:
    """Return up to ``limit`` of the chosen rows with a key above ``after``, lowest keys first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {spec.table} WHERE id > %s AND (version > %s"  # noqa: S608  name from code
            " OR abs(hashint8extended(id, %s) %% 1000000) < %s) ORDER BY id LIMIT %s",
            [after, chosen.above_version, chosen.seed, round(chosen.share * 1_000_000), limit],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return read_rows(spec, keys=keys) if keys else RowsRead(rows={}, unreadable={})


def _list_keys(spec: DatasetSpec, *, after: int, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {spec.table} WHERE id > %s ORDER BY id LIMIT %s",  # noqa: S608  name from code
            [after, limit],
        )
        return [key for (key,) in cursor.fetchall()]


def find_existing_keys(spec: DatasetSpec, *, keys: Sequence[int]) -> set[int]:
    """Return which of the keys have a row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {spec.table} WHERE id = ANY(%s)", [list(keys)])  # noqa: S608  name from code
        return {key for (key,) in cursor.fetchall()}


def touch_rows(spec: DatasetSpec, *, keys: Sequence[int]) -> int:
    """Give rows a new version, which the triggers capture; return how many existed."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {spec.table} SET id = id WHERE id = ANY(%s)", [list(keys)])  # noqa: S608  name from code
        return int(cursor.rowcount)


@dataclass(frozen=True, kw_only=True)
class Touch:
    """A row that was given a new version."""

    key: int
    before: int
    after: int


def touch_newest(spec: DatasetSpec) -> Touch | None:
    """Give the row with the highest key that nobody holds a new version; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH chosen AS (SELECT id, version FROM {spec.table} ORDER BY id DESC LIMIT 1"  # noqa: S608  name from code
            " FOR NO KEY UPDATE SKIP LOCKED)"
            f" UPDATE {spec.table} t SET id = t.id FROM chosen WHERE t.id = chosen.id"
            " RETURNING t.id, chosen.version, t.version"
        )
        found = cursor.fetchone()
    return Touch(key=found[0], before=found[1], after=found[2]) if found else None


def take_version() -> int:
    """Return a version nothing else has or will have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('migration_version_seq')")
        return int(cursor.fetchone()[0])


def read_latest_version() -> int:
    """Return the highest version given so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM migration_version_seq")
        return int(cursor.fetchone()[0])


def get_latest_version() -> int:
    """Return a version nothing written so far is above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM migration_version_seq")
        return int(cursor.fetchone()[0])


def get_key_bounds(spec: DatasetSpec) -> tuple[int | None, int | None]:
    """Return the lowest and the highest key; two index look-ups."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT min(id) FROM {spec.table}), (SELECT max(id) FROM {spec.table})")  # noqa: S608  name from code
        low, high = cursor.fetchone()
    return low, high


def count_rows(spec: DatasetSpec) -> int:
    """Return the exact number of rows; reads the whole table or an index of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {spec.table}")  # noqa: S608  name from code
        return int(cursor.fetchone()[0])


def get_file_number(spec: DatasetSpec) -> int:
    """Return the number of the table's file: a TRUNCATE gives it another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode(%s::regclass)", [spec.table])
        return int(cursor.fetchone()[0])


def hold_off_truncate(spec: DatasetSpec) -> None:
    """Let a TRUNCATE of the table wait for the end of the transaction; reads and writes go on."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {spec.table} IN ACCESS SHARE MODE")


def estimate_rows(spec: DatasetSpec) -> int:
    """Return the planner's estimate of the table's size, at least 0."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [spec.table])
        return int(cursor.fetchone()[0])


def _fetch(sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
