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
# How a value of a type is hashed exactly: in PostgreSQL's binary form, or as text where that may be shortened or has
# several forms. Type oids: src/include/catalog/pg_type.dat. Numbers are not hashed as numbers: -0.0 would equal 0.0,
# and PostgreSQL folds 64 bits to 32 for that.
_EXACT = {
    16: "{}",
    17: "{}",
    20: "int8send({})",
    21: "int2send({})",
    23: "int4send({})",
    25: '{} COLLATE "C"',
    700: "float4send({})",
    701: "float8send({})",
    1043: '{} COLLATE "C"',
    1082: "date_send({})",
    1184: "timestamptz_send({})",
    2950: "{}",
}
_AS_TEXT = '{}::text COLLATE "C"'
# Rows are hashed to 64 bits and the hashes combined by exclusive or: a changed set of rows goes unseen with a chance of
# 2 to the -64 per segment. Rows cannot cancel out, since each one's hash has its key in it.
_SEGMENTS = sql.SQL("""
SELECT {first} + ({key} - {low}) / {segment}, count(*), bit_xor(hash_record_extended(ROW({values}), 0))
FROM {table} WHERE {key} >= {low} AND {key} < {high} GROUP BY 1""")
_ROWS = sql.SQL("""
SELECT {key}, 1::bigint, hash_record_extended(ROW({values}), 0) FROM unnest({segments}::bigint[]) AS wanted
JOIN {table} ON {key} >= wanted * {segment} AND {key} < (wanted + 1) * {segment}""")
_FETCH = sql.SQL("SELECT {key}, {texts} FROM {table} WHERE {key} = ANY(%s)")


@dataclass(frozen=True, kw_only=True)
class TableSide:
    """A table on an open connection of its own in autocommit; ``open_side`` makes one.

    ``columns`` are compared, the bigint ``key`` among them; ``values`` are the SQL that hashes them exactly.
    """

    connection: psycopg.Connection[Any]
    table: str
    columns: tuple[str, ...]
    values: sql.Composed
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
        low, high = sql.Literal(first * segment), sql.Literal((last + 1) * segment)
        bounds = {"segment": sql.Literal(segment), "first": sql.Literal(first), "low": low, "high": high}
        return self._copy(_SEGMENTS.format(**self._names, **bounds))

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
            "values": self.values,
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


def open_side(
    *, connection: psycopg.Connection[Any], table: str, columns: tuple[str, ...], key: str = "id"
) -> TableSide:
    """Look at the columns' types and return a side.

    Raises:
        psycopg.Error: there is no such table or column.
    """
    names = [sql.Identifier(one) for one in (key, *columns)]
    query = sql.SQL("SELECT {} FROM {} LIMIT 0").format(sql.SQL(", ").join(names), sql.Identifier(*table.split(".")))
    types = [column.type_code for column in connection.execute(query).description or ()]
    forms = [sql.SQL(_EXACT.get(kind, _AS_TEXT)).format(name) for name, kind in zip(names, types, strict=True)]
    return TableSide(connection=connection, table=table, columns=columns, values=sql.SQL(", ").join(forms), key=key)
