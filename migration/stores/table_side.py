"""One PostgreSQL table as a side of a comparison: digests computed where the rows are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

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
# Rows are hashed as text to 64 bits and the hashes combined by exclusive or: a changed set of rows goes unseen with a
# chance of 2 to the -64 per segment. Two rows cannot cancel out, since each row's text begins with its key.
_SEGMENTS = sql.SQL("""
SELECT {key} / {segment}, count(*), bit_xor(hashtextextended(ROW({columns})::text, 0))
FROM {table} WHERE {key} >= {low} AND {key} < {high} GROUP BY 1""")
_ROWS = sql.SQL("""
SELECT {key}, 1::bigint, hashtextextended(ROW({columns})::text, 0) FROM unnest({segments}::bigint[]) AS wanted
JOIN {table} ON {key} >= wanted * {segment} AND {key} < (wanted + 1) * {segment}""")
_FETCH = sql.SQL("SELECT {key}, {texts} FROM {table} WHERE {key} = ANY(%s)")


@dataclass(frozen=True, kw_only=True)
class TableSide:
    """A table on an open connection of its own in autocommit; ``columns`` are compared, ``key`` is a bigint among them.

    Keys are not negative: division would put two segments into one around zero.
    """

    connection: psycopg.Connection[Any]
    table: str
    columns: tuple[str, ...]
    key: str = "id"

    def get_bounds(self) -> tuple[int, int] | None:
        """Return the lowest and highest key; None of an empty table."""
        query = sql.SQL("SELECT min({key}), max({key}) FROM {table}").format(**self._names)
        found = self.connection.execute(query).fetchone()
        return None if found is None or found[0] is None else (int(found[0]), int(found[1]))

    def digest_segments(self, *, segment: int, first: int, last: int) -> Digests:
        """Return number, row count and digest of the segments that have rows, in one statement."""
        low, high = sql.Literal(first * segment), sql.Literal((last + 1) * segment)
        return self._copy(_SEGMENTS.format(**self._names, segment=sql.Literal(segment), low=low, high=high))

    def digest_rows(self, *, segment: int, segments: Sequence[int]) -> Digests:
        """Return key and digest of every row of some segments."""
        wanted = sql.Literal(list(segments))
        return self._copy(_ROWS.format(**self._names, segment=sql.Literal(segment), segments=wanted))

    def fetch_rows(self, *, keys: Sequence[int]) -> dict[int, dict[str, str | None]]:
        """Return rows by key, every value as PostgreSQL writes it."""
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(one)) for one in self.columns)
        found = self.connection.execute(_FETCH.format(**self._names, texts=texts), [list(keys)]).fetchall()
        return {key: dict(zip(self.columns, values, strict=True)) for key, *values in found}

    @property
    def _names(self) -> dict[str, sql.Composable]:
        return {
            "key": sql.Identifier(self.key),
            "table": sql.Identifier(*self.table.split(".")),
            "columns": sql.SQL(", ").join(map(sql.Identifier, self.columns)),
        }

    def _copy(self, query: sql.Composed) -> Digests:
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
        with self.connection.cursor() as cursor, cursor.copy(statement) as stream:
            data = b"".join(stream)[COPY_HEADER:-2]
        found = np.frombuffer(data, dtype=_COPIED)
        digests = np.empty(len(found), dtype=DIGEST)
        for name in DIGEST.names or ():
            digests[name] = found[name]
        return digests
