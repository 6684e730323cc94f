"""Which errors mean that a store is away."""

import psycopg
import pymongo.errors
import pytest
import redis

from veri.platform.connections import StoreName, StoreUnavailable, is_connection_lost, translate_store_errors


@pytest.mark.parametrize(
    ("store", "error"),
    [
        ("postgres", psycopg.OperationalError("connection refused")),
        ("postgres", psycopg.errors.AdminShutdown("terminating")),
        ("postgres", psycopg.errors.TooManyConnections("too many clients")),
        ("redis", redis.TimeoutError("slow")),
        ("mongo", pymongo.errors.ServerSelectionTimeoutError("none")),
        ("mongo", pymongo.errors.NetworkTimeout("slow")),
    ],
)
def test_errors_of_the_connection_are_translated(store: StoreName, error: Exception) -> None:
    with pytest.raises(StoreUnavailable) as failure, translate_store_errors(store=store):
        raise error

    assert failure.value.store == store
    assert failure.value.__cause__ is error


@pytest.mark.parametrize(
    ("store", "error"),
    [
        ("postgres", psycopg.errors.QueryCanceled("statement timeout")),
        ("postgres", psycopg.errors.DeadlockDetected("deadlock")),
        ("postgres", psycopg.errors.UniqueViolation("duplicate")),
        ("redis", redis.ResponseError("wrong type")),
        ("mongo", pymongo.errors.DuplicateKeyError("duplicate")),
    ],
)
def test_errors_of_the_request_pass_unchanged(store: StoreName, error: Exception) -> None:
    with pytest.raises(type(error)) as failure, translate_store_errors(store=store):
        raise error

    assert failure.value is error


def test_translation_decorates_functions() -> None:
    @translate_store_errors(store="redis")
    def ask() -> None:
        raise redis.ConnectionError("gone")

    with pytest.raises(StoreUnavailable):
        ask()


def test_connection_lost_looks_through_djangos_wrapping() -> None:
    wrapped = Exception("wrapped")
    wrapped.__cause__ = psycopg.errors.QueryCanceled("statement timeout")

    assert not is_connection_lost(error=wrapped)
    assert is_connection_lost(error=psycopg.OperationalError("refused"))
