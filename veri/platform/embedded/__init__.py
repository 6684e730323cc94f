"""Private PostgreSQL, Redis and MongoDB-wire servers for the zero-setup default.

Plain standard library, so that it can run before Django is configured. Everything lies below one root folder;
two checkouts run side by side. Never for production.
"""

from veri.platform.embedded.errors import EmbeddedStartFailed
from veri.platform.embedded.postgres import get_postgres_binary
from veri.platform.embedded.supervisor import (
    SERVER_NAMES,
    ServerStatus,
    ensure_started,
    start_one,
    status,
    stop,
    stop_one,
)

__all__ = [
    "SERVER_NAMES",
    "EmbeddedStartFailed",
    "ServerStatus",
    "ensure_started",
    "get_postgres_binary",
    "start_one",
    "status",
    "stop",
    "stop_one",
]
