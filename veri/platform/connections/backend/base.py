"""The database wrapper Django loads for `ENGINE = "veri.platform.connections.backend"`."""

from dataclasses import dataclass
from typing import Any, Self, cast

import psycopg
from django.db.backends.postgresql import base

from veri.platform.connections.rotation import RotatingConnection, connect_with_rotation

PREPARE_AFTER = 2  # executions on one connection


@dataclass(frozen=True)
class _Sent:
    query: bytes


class PreparingCursor(psycopg.Cursor[Any]):
    """Remembers the text of a prepared statement, which the driver forgets, for Django's log of queries."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Self:
        """Execute a statement as any cursor does."""
        super().execute(query, *args, **kwargs)
        if self._query is None:
            self._query = cast("Any", _Sent(query.encode()))
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """Reads the secret file again when the server refuses, for pooled and plain connections alike."""

    @property
    def pool(self) -> Any:
        """Return Django's pool, made to open rotating connections; None without one."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if isinstance(options, dict):
            options.setdefault("connection_class", RotatingConnection)
        return super().pool

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect with the credentials now in force."""
        if self.pool:
            return super().get_new_connection(conn_params)
        return connect_with_rotation(connect=super().get_new_connection, parameters=conn_params)

    def open_preparing_cursor(self) -> Any:
        """Return a cursor whose statements the server parses once per connection, with parameters of their own.

        Django's own cursors send the values within the text, which is parsed and planned each time.
        """
        outer = self.cursor()  # opens and checks the connection as every cursor does
        outer.cursor.close()
        self.connection.prepare_threshold = PREPARE_AFTER  # Django's cursors never prepare, whatever it is
        outer.cursor = PreparingCursor(self.connection)
        return outer
