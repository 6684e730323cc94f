"""MongoDB: one client per process, failing over along the list of addresses."""

import atexit
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo.database import Database

    from veri.platform.connections.mongo_connector import MongoConnector

_connector: "MongoConnector | None" = None
_inherited: list["MongoConnector | None"] = []
_lock = threading.Lock()


def get_database() -> "Database[dict[str, Any]]":
    """Return the MongoDB database named by the address (default `veri`), or by `settings.MONGODB_NAME` when set.

    Call it again for every unit of work instead of keeping it: after a lost server or a refused password the next
    call moves on to the next address or the new credentials. Raises nothing by itself; operations raise pymongo's
    errors, `ServerSelectionTimeoutError` after 1.5 s when no server is found.
    """
    global _connector  # noqa: PLW0603  one per process, made on first use
    connector = _connector
    if connector is None:
        from veri.platform.connections.mongo_connector import MongoConnector  # imports the driver

        with _lock:
            connector = _connector = _connector or MongoConnector()
    return connector.get_database()


def close() -> None:
    """Close this process's clients; the next call of `get_database` opens a new one."""
    global _connector
    with _lock:
        connector, _connector = _connector, None
    if connector is not None:
        connector.close()


def _forget_inherited() -> None:
    """Start afresh in a forked child; the parent's client is kept unused, as closing it would warn or hang."""
    global _connector, _lock
    _inherited.append(_connector)
    _connector, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_inherited)
atexit.register(close)
