"""Plain SELECTs for hot paths: building the same query with the ORM costs a millisecond each time."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.pipeline import get_reader


def fetch_rows(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return all rows of a statement: on Django's connection, or on an event loop through its pipelined reader."""
    if is_bridged():
        return wait_for(get_reader().fetch(sql, parameters))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
