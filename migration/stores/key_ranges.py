"""Keys of captured tables: windows of them, samples, those that changed lately."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from migration.registry import DatasetSpec

Keys = npt.NDArray[np.int64]
HIGHEST = 2**63 - 1
COPY_HEADER = 19  # signature 11, flags 4, extension length 4: https://www.postgresql.org/docs/current/sql-copy.html


def find_window_end(spec: DatasetSpec, *, after: int, rows: int) -> int | None:
    """Return the key of the ``rows``-th row above ``after``; None when there are fewer."""
    found = _list(f"SELECT id FROM {spec.table} WHERE id > %s ORDER BY id OFFSET %s LIMIT 1", [after, rows - 1])  # noqa: S608  name from code
    return found[0] if found else None


def list_window(spec: DatasetSpec, *, after: int, until: int | None) -> Keys:
    """Return the keys of the rows with ``after < id <= until``, in order.

    They come as one value: a message per key would cost more than reading it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT string_agg(int8send(id), '') FROM {spec.table} WHERE id > %s AND id <= %s",  # noqa: S608  name from code
            [after, HIGHEST if until is None else until],
        )
        (data,) = cursor.fetchone()
    return np.sort(np.frombuffer(bytes(data or b""), dtype=">i8").astype(np.int64))


def list_changed(spec: DatasetSpec, *, version: int, after: int, limit: int) -> list[int]:
    """Return the keys above ``after`` of rows with a later version, lowest first."""
    return _list(
        f"SELECT id FROM {spec.table} WHERE id > %s AND version > %s ORDER BY id LIMIT %s",  # noqa: S608  name from code
        [after, version, limit],
    )


def list_scope(spec: DatasetSpec, *, scope: int, after: int, limit: int) -> list[int]:
    """Return the keys above ``after`` of one creator's rows, lowest first."""
    return _list(
        f"SELECT id FROM {spec.table} WHERE {spec.scope_column} = %s AND id > %s ORDER BY id LIMIT %s",  # noqa: S608  names from code
        [scope, after, limit],
    )


def find_scoped(spec: DatasetSpec, *, scope: int, keys: Sequence[int]) -> set[int]:
    """Return which of the keys have a row of this creator."""
    return set(
        _list(
            f"SELECT id FROM {spec.table} WHERE {spec.scope_column} = %s AND id = ANY(%s)",  # noqa: S608  names from code
            [scope, list(keys)],
        )
    )


def sample_keys(spec: DatasetSpec, *, count: int) -> list[int]:
    """Return up to ``count`` keys at random; of a table with fewer rows all of them.

    Each is the first at or above a random point between the lowest and the highest, so that a sample costs as many
    index look-ups as it has keys, whatever the size. A key after a gap is drawn more often than its neighbours.
    """
    few = _list(f"SELECT id FROM {spec.table} ORDER BY id LIMIT %s", [count + 1])  # noqa: S608  name from code
    if len(few) <= count:
        return few
    highest = _list(f"SELECT max(id) FROM {spec.table}", [])[0]  # noqa: S608  name from code
    source, found = random.SystemRandom(), set[int]()
    for _ in range(10):
        points = [source.randint(few[0], highest) for _ in range(count)]
        found.update(_list(_NEAREST.format(table=spec.table), [points]))
        if len(found) >= count:
            break
    return sorted(source.sample(sorted(found), min(count, len(found))))


_NEAREST = """
SELECT DISTINCT near.id FROM unnest(%s::bigint[]) AS point
CROSS JOIN LATERAL (SELECT id FROM {table} WHERE id >= point ORDER BY id LIMIT 1) AS near"""


def estimate_batch(spec: DatasetSpec, *, size: int, least: int, most: int) -> int:
    """Return how many rows make about ``size`` bytes, by the planner's count and the table's whole size on disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size(oid) / greatest(reltuples, 1) FROM pg_class WHERE oid = %s::regclass",
            [spec.table],
        )
        width = max(1.0, float(cursor.fetchone()[0]))
    return int(min(most, max(least, size / width)))


def copy_out(query: str) -> bytes:
    """Return the rows of a query in COPY's binary form, without header and trailer."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as stream:
        data = b"".join(stream)
    return data[COPY_HEADER:-2]


def _list(sql: str, parameters: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [key for (key,) in cursor.fetchall()]
