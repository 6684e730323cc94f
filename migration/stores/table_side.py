"""One PostgreSQL table as a side of a comparison: digests computed where the rows are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, TypeAlias

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from migration.stores.key_ranges import COPY_HEADER

Digests: TypeAlias = npt.NDArray[Any]
DIGEST = np.dtype([("number", np.int64), ("count", np.int64), ("digest", np.int64)])
_COPIED = np.dtype(
    [
        ("fields", ">i2"),
        ("length_1", ">i4"),
        ("number", ">i8"),
        ("length_2", ">i4"),
        ("count", ">i8"),
        ("length_3", ">i4"),
        ("digest", ">i8"),
    ]
)
# Each value is hashed to 64 bits with a seed made of its row's key and its column's number, and the hashes of all
# values are combined by exclusive or: a changed segment goes unseen with a chance of 2 to the -64. Values are hashed
# exactly: as bytes, or as text where the type's own hash would take -0.0 for 0.0 or 1.10 for 1.1. PostgreSQL's hash of
# a 64-bit number folds it to 32, so numbers are part of the seed instead, and instants are hashed in two ways.
# Type oids: src/include/catalog/pg_type.dat.
_INTEGERS = frozenset({20, 21, 23})
_TEXTS = frozenset({25, 1043})
_INSTANT = 1184
_OF_INTEGER = sql.SQL("hashtextextended('', k # {column}::bigint # {number})")
_OF_INSTANT = sql.SQL(
    "hashfloat8extended(date_part('epoch', {column}), timestamptz_hash_extended({column}, k # {number}))"
)
_OF_TEXT = sql.SQL("hashtextextended({column}, k # {number})")
_OF_OTHER = sql.SQL("hashtextextended({column}::text, k # {number})")
_SOURCE = sql.SQL(
    "(SELECT *, hashtextextended('', {key}) AS k FROM {table} WHERE {key} >= {low} AND {key} < {high}) AS t"
)
_SEGMENTS = sql.SQL("SELECT {segment}, count(*), bit_xor({digest}) FROM {source} GROUP BY 1")
# One value per segment: a message per row would cost more than its hash.
_ROWS = sql.SQL("""
SELECT string_agg(int8send({key}) || int8send({digest}), '') FROM unnest({segments}::bigint[]) AS wanted
CROSS JOIN LATERAL (
  SELECT *, hashtextextended('', {key}) AS k FROM {table}
  WHERE {key} >= wanted * {size} AND {key} < (wanted + 1) * {size}) AS t
GROUP BY wanted""")
_ROW = np.dtype([("number", ">i8"), ("digest", ">i8")])
# The planner takes every row for a segment of its own: it would sort on disk and compile.
_SESSION: tuple[LiteralString, ...] = (
    "SET enable_sort = off",
    "SET enable_incremental_sort = off",
    "SET jit = off",
    "SET max_parallel_workers_per_gather = 0",
)
_NUMBER = sql.SQL("{first} + ({key} - {low}) / {size}")
_FETCH = sql.SQL("SELECT {key}, {texts} FROM {table} WHERE {key} = ANY(%s)")


@dataclass(frozen=True, kw_only=True)
class TableSide:
    """A table on an open connection of its own in autocommit; ``open_side`` makes one.

    ``columns`` are compared, the bigint ``key`` among them; ``digest`` is the SQL that hashes a row exactly.
    """

    connection: psycopg.Connection[Any]
    table: str
    columns: tuple[str, ...]
    digest: sql.Composed
    key: str = "id"

    def find_next(self, *, after: int | None) -> int | None:
        """Return the lowest key above ``after``, or the lowest of all."""
        above = (
            sql.SQL("") if after is None else sql.SQL("WHERE {} > {}").format(self._names["key"], sql.Literal(after))
        )
        query = sql.SQL("SELECT min({key}) FROM {table} {above}").format(**self._names, above=above)
        found = self.connection.execute(query).fetchone()
        return None if found is None or found[0] is None else int(found[0])

    def digest_segments(self, *, segment: int, first: int, last: int) -> Digests:
        """Return number, row count and digest of the segments that have rows, in one statement."""
        return self._copy(_SEGMENTS.format(**self._build_window(segment, first, last)))

    def digest_rows(self, *, segment: int, segments: Sequence[int]) -> Digests:
        """Return key and digest of every row of some segments."""
        parts = {"digest": self.digest, "size": sql.Literal(segment), "segments": sql.Literal(list(segments))}
        query = _ROWS.format(**self._names, **parts)
        with self.connection.cursor(binary=True) as cursor:
            data = b"".join(value for (value,) in cursor.execute(query).fetchall())
        found = np.frombuffer(data, dtype=_ROW)
        digests = np.ones(len(found), dtype=DIGEST)
        digests["number"], digests["digest"] = found["number"], found["digest"]
        return digests

    def fetch_rows(self, *, keys: Sequence[int]) -> dict[int, dict[str, str | None]]:
        """Return rows by key, every value as PostgreSQL writes it."""
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(one)) for one in self.columns)
        found = self.connection.execute(_FETCH.format(**self._names, texts=texts), [list(keys)]).fetchall()
        return {key: dict(zip(self.columns, values, strict=True)) for key, *values in found}

    @property
    def _names(self) -> dict[str, sql.Composable]:
        return {"key": sql.Identifier(self.key), "table": sql.Identifier(*self.table.split("."))}

    def _build_window(self, segment: int, first: int, last: int) -> dict[str, sql.Composable]:
        low, high = sql.Literal(first * segment), sql.Literal((last + 1) * segment)
        number = _NUMBER.format(key=self._names["key"], first=sql.Literal(first), low=low, size=sql.Literal(segment))
        source = _SOURCE.format(**self._names, low=low, high=high)
        return {"key": self._names["key"], "digest": self.digest, "segment": number, "source": source}

    def _copy(self, query: sql.Composed) -> Digests:
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
        with self.connection.cursor() as cursor, cursor.copy(statement) as stream:
            data = b"".join(stream)[COPY_HEADER:-2]
        found = np.frombuffer(data, dtype=_COPIED)
        digests = np.empty(len(found), dtype=DIGEST)
        for name in DIGEST.names or ():
            digests[name] = found[name]
        return digests


def open_side(
    *, connection: psycopg.Connection[Any], table: str, columns: tuple[str, ...], key: str = "id"
) -> TableSide:
    """Look at the columns' types, set the session to digesting, and return a side.

    Raises:
        psycopg.Error: there is no such table or column.
    """
    for setting in _SESSION:
        connection.execute(setting)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("SELECT {} FROM {} LIMIT 0").format(names, sql.Identifier(*table.split(".")))
    types = [column.type_code for column in connection.execute(query).description or ()]
    forms = [
        _hash_column(name, kind, number) for number, (name, kind) in enumerate(zip(columns, types, strict=True), 1)
    ]
    digest = sql.SQL("k # {}").format(sql.SQL(" # ").join(forms))
    return TableSide(connection=connection, table=table, columns=columns, digest=digest, key=key)


def _hash_column(name: str, kind: int, number: int) -> sql.Composed:
    """Return the SQL of a column's hash, 0 for null; the column's number stands in the seed's highest byte."""
    form = _OF_OTHER
    if kind in _INTEGERS:
        form = _OF_INTEGER
    elif kind in _TEXTS:
        form = _OF_TEXT
    elif kind == _INSTANT:
        form = _OF_INSTANT
    found = form.format(column=sql.Identifier(name), number=sql.Literal(number << 56))
    return sql.SQL("coalesce({}, 0)").format(found)
