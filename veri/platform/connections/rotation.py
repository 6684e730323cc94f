"""PostgreSQL connections that survive a change of password or host."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeVar

import psycopg

from veri.platform.connections.credentials import get_rotated_urls, get_url_file, refresh_urls
from veri.platform.connections.postgres import build_endpoint

Opened = TypeVar("Opened")
Parameters = dict[str, Any]


def connect_with_rotation(*, connect: Callable[[Parameters], Opened], parameters: Parameters) -> Opened:
    """Connect; when that fails and the secret file says something else, connect once more with what it says.

    Raises:
        psycopg.OperationalError: as the driver raised it.
    """
    current = _get_current(parameters)
    try:
        return connect(current)
    except psycopg.OperationalError:
        # Not only on refused passwords: the server's words for these depend on its language.
        fresh = _read_fresh_parameters(current)
        if fresh is None:
            raise
        return connect(fresh)


async def connect_async_with_rotation(
    *, connect: Callable[[Parameters], Awaitable[Opened]], parameters: Parameters
) -> Opened:
    """Connect on an event loop; see ``connect_with_rotation``."""
    current = _get_current(parameters)
    try:
        return await connect(current)
    except psycopg.OperationalError:
        fresh = _read_fresh_parameters(current)
        if fresh is None:
            raise
        return await connect(fresh)


def _get_current(parameters: Parameters) -> Parameters:
    rotated = get_rotated_urls(name="DATABASE_URL")
    return {**parameters, **build_endpoint(urls=rotated)} if rotated else parameters


class RotatingConnection(psycopg.Connection[Any]):
    """What the connection pool opens."""

    @classmethod
    def connect(cls, conninfo: str = "", **parameters: Any) -> Self:
        """Connect with the credentials now in force."""
        return connect_with_rotation(
            connect=lambda current: super(RotatingConnection, cls).connect(conninfo, **current), parameters=parameters
        )


def _read_fresh_parameters(used: Mapping[str, Any]) -> Parameters | None:
    if get_url_file(name="DATABASE_URL") is None:
        return None
    endpoint = build_endpoint(urls=refresh_urls(name="DATABASE_URL"))
    if all(used.get(key, "") == value for key, value in endpoint.items()):
        return None
    return {**used, **endpoint}
