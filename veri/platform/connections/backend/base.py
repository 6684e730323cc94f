"""The database wrapper Django loads for `ENGINE = "veri.platform.connections.backend"`."""

from typing import Any

from django.db.backends.postgresql import base

from veri.platform.connections.rotation import RotatingConnection, connect_with_rotation


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
