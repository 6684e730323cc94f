"""One process at a time verifies one dataset in one way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import psycopg

from migration.errors import VerificationRunning
from veri.platform.connections.postgres import open_dedicated_connection

PASS_LOCK = 7_301
PATIENCE_SECONDS = 1.0


@contextmanager
def hold_pass(*, dataset: str, tier: str, mode: str, scope: int | None) -> Iterator[None]:
    """Hold a session lock of PostgreSQL on a connection of its own: it ends with the process, however that ends.

    Raises:
        VerificationRunning: another process holds it.
    """
    key = _shorten(f"{dataset}/{tier}/{mode}/{scope or ''}")
    with open_dedicated_connection(application_name="veri verification") as session:
        if not _take(session, key):
            raise VerificationRunning(f"{dataset} is being verified already ({tier}, {mode}); wait for that pass.")
        try:
            yield
        finally:
            if not session.broken:
                session.execute("SELECT pg_advisory_unlock(%s, %s)", [PASS_LOCK, key])


def _take(session: psycopg.Connection[Any], key: int) -> bool:
    """Try for a second: PostgreSQL takes a moment to see that a killed process is gone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", [PASS_LOCK, key]).fetchone()
        if row and row[0]:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)


def _shorten(name: str) -> int:
    """Return a signed 32-bit number for a name."""
    return crc32(name.encode()) - 2**31
