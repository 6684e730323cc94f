"""Drivers' errors that mean a store is away, translated into one of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

StoreName = Literal["postgres", "redis", "mongo"]
# SQLSTATE classes of a lost or refused connection: connection exceptions, no resources, operator intervention.
_LOST_CONNECTION_STATES = ("08", "53", "57P")


class StoreUnavailable(Exception):
    """A store cannot be reached at present; trying later may help."""

    def __init__(self, *, store: StoreName) -> None:
        self.store = store
        super().__init__(f"{store} is not reachable")


@contextmanager
def translate_store_errors(*, store: StoreName) -> Iterator[None]:
    """Turn the driver's connection errors into `StoreUnavailable`; also usable as a decorator.

    Errors about the request itself (constraints, deadlocks, statement timeouts, bad commands) pass unchanged.

    Raises:
        StoreUnavailable: the store is away; the driver's error is its cause.
    """
    try:
        yield
    except _list_errors(store) as error:
        if store == "postgres" and not is_connection_lost(error=error):
            raise
        raise StoreUnavailable(store=store) from error


def is_connection_lost(*, error: BaseException) -> bool:
    """Tell whether a psycopg or Django database error is about the connection, not about the statement."""
    cause = error if hasattr(error, "sqlstate") else error.__cause__
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(_LOST_CONNECTION_STATES)


def _list_errors(store: StoreName) -> tuple[type[Exception], ...]:
    return {"postgres": _list_postgres_errors, "redis": _list_redis_errors, "mongo": _list_mongo_errors}[store]()


def _list_postgres_errors() -> tuple[type[Exception], ...]:
    import psycopg  # drivers load on first use
    from django.db import InterfaceError, OperationalError  # same

    return (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)


def _list_redis_errors() -> tuple[type[Exception], ...]:
    import redis  # drivers load on first use

    return (redis.ConnectionError, redis.TimeoutError)


def _list_mongo_errors() -> tuple[type[Exception], ...]:
    from pymongo import errors  # drivers load on first use

    # Includes server selection and network timeouts, which derive from AutoReconnect.
    return (errors.ConnectionFailure, errors.ExecutionTimeout)
