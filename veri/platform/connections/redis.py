"""Redis: one client per process, failing over along the list of addresses."""

import os
import threading
from typing import TYPE_CHECKING

from django.conf import settings

from veri.platform.connections.credentials import get_urls

if TYPE_CHECKING:
    import redis

CONNECT_TIMEOUT_SECONDS = 0.5
HEALTH_CHECK_SECONDS = 30
MAX_CONNECTIONS = 100
_lock = threading.Lock()
_clients: dict[tuple[str, ...], "redis.Redis"] = {}


def get_redis() -> "redis.Redis":
    """Return this process's client; replies are bytes.

    Connecting tries the addresses in order, the last good one first. A lost connection is replaced once per command;
    a timeout is not repeated. Raises redis's own `ConnectionError` and `TimeoutError` when the command is sent.
    """
    urls = get_urls(name="REDIS_URL")
    with _lock:
        client = _clients.get(urls)
        if client is None:
            # After a rotation the old list's client leaves; its connections close when their users are done.
            _clients.clear()
            client = _clients[urls] = _build_client(urls)
    return client


def close() -> None:
    """Close this process's connections; the next call of `get_redis` opens new ones."""
    with _lock:
        clients = list(_clients.values())
        _clients.clear()
    for client in clients:
        client.close()
        client.connection_pool.disconnect()


def _build_client(urls: tuple[str, ...]) -> "redis.Redis":
    import redis  # the driver loads on first use
    from redis.backoff import NoBackoff  # same
    from redis.connection import ConnectionPool  # same
    from redis.maint_notifications import MaintNotificationsConfig  # same
    from redis.retry import Retry  # same

    from veri.platform.connections.redis_route import build_connection_class, build_route  # same

    route = build_route(urls=urls)
    pool = ConnectionPool(
        connection_class=build_connection_class(route=route),
        max_connections=MAX_CONNECTIONS,
        socket_timeout=float(settings.STORE_TIMEOUTS.get("redis", 1.0)),
        socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
        health_check_interval=HEALTH_CHECK_SECONDS,
        client_name=f"veri-{os.getpid()}",
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
        **route.extra_options,
    )
    return redis.Redis(connection_pool=pool)


def _forget_inherited() -> None:
    """Start afresh in a forked child: the parent's sockets are not ours to talk through."""
    global _lock  # noqa: PLW0603  a lock held by another thread at the fork would stay held for ever
    _lock = threading.Lock()
    _clients.clear()


os.register_at_fork(after_in_child=_forget_inherited)
