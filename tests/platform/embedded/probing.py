"""Talking to private servers the way a stranger would."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymongo
import redis

from veri.platform import embedded
from veri.platform.embedded.processes import read_arguments, wait_for_exit


def get_status(*, root: Path, name: str) -> embedded.ServerStatus:
    """Return the status of one server."""
    return next(server for server in embedded.status(root=root) if server.name == name)


def get_pids(*, root: Path) -> dict[str, int | None]:
    """Return the process numbers by server name."""
    return {server.name: server.pid for server in embedded.status(root=root)}


def kill_hard(*, pid: int) -> None:
    """Kill a process that gets no chance to clean up, and wait until it is gone."""
    arguments = read_arguments(pid=pid)
    os.kill(pid, signal.SIGKILL)
    assert wait_for_exit(pid=pid, arguments=arguments, timeout=5)


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement and return its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def keep_in_postgres(url: str) -> None:
    """Write what must survive."""
    run_sql(url, "CREATE TABLE kept AS SELECT 42 AS number")


def is_kept_in_postgres(url: str) -> bool:
    """Tell whether it did."""
    return run_sql(url, "SELECT number FROM kept") == [(42,)]


def keep_in_mongo(url: str) -> None:
    """Write what must survive."""
    with pymongo.MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=3000) as client:
        client.get_default_database()["kept"].insert_one({"_id": 42})


def is_kept_in_mongo(url: str) -> bool:
    """Tell whether it did."""
    with pymongo.MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=3000) as client:
        return client.get_default_database()["kept"].find_one() == {"_id": 42}


def keep_in_redis(url: str) -> None:
    """Redis keeps nothing across a restart: only talk to it."""
    assert is_kept_in_redis(url)


def is_kept_in_redis(url: str) -> bool:
    """Tell whether it answers."""
    with redis.Redis.from_url(url) as client:
        return bool(client.ping())


KEEPERS: dict[str, tuple[str, Callable[[str], None], Callable[[str], bool]]] = {
    "postgres": ("DATABASE_URL", keep_in_postgres, is_kept_in_postgres),
    "redis": ("REDIS_URL", keep_in_redis, is_kept_in_redis),
    "mongo": ("MONGODB_URI", keep_in_mongo, is_kept_in_mongo),
}


def get_port(url: str) -> int:
    """Return the port of an address."""
    port = urlsplit(url).port
    assert port is not None
    return port
