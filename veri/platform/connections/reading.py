"""Plain statements for hot paths: building the same query with the ORM costs a millisecond each time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import orjson
from django.db import connection

from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.pipeline import get_reader, get_writer

if TYPE_CHECKING:
    from veri.platform.connections.backend.base import DatabaseWrapper

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]
Row: TypeAlias = tuple[Any, ...]


def fetch_rows(sql: str, parameters: Parameters) -> list[Row]:
    """Return all rows of a statement: on Django's connection, or on an event loop through its pipelined reader."""
    if is_bridged():
        return wait_for(get_reader().fetch(sql, parameters))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def fetch_prepared(sql: str, parameters: Parameters) -> list[Row]:
    """Return all rows of a statement that the server plans once instead of each time, and that may write.

    On Django's connection, or on an event loop as a transaction of its own, which may be sent twice when a connection
    is lost. For long statements that run often; every parameter's type must be told by the text.
    """
    if is_bridged():
        return wait_for(get_writer().fetch(sql, parameters))
    with cast("DatabaseWrapper", connection).open_preparing_cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def to_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows for a statement's ``jsonb_to_recordset``: one parameter, however many columns there are."""
    return orjson.dumps(rows).decode()
