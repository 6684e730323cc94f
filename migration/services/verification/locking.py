"""One process at a time verifies one dataset in one way."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from migration.errors import VerificationRunning
from veri.platform.connections.postgres import open_dedicated_connection

PASS_LOCK = 7_301


@contextmanager
def hold_pass(*, dataset: str, tier: str, mode: str, scope: int | None) -> Iterator[None]:
    """Hold a session lock of PostgreSQL on a connection of its own: it ends with the process, however that ends.

    Raises:
        VerificationRunning: another process holds it.
    """
    name = f"{dataset}/{tier}/{mode}/{scope or ''}"
    with open_dedicated_connection(application_name="veri verification") as session:
        held = session.execute("SELECT pg_try_advisory_lock(%s, %s)", [PASS_LOCK, _shorten(name)]).fetchone()
        if not held or not held[0]:
            raise VerificationRunning(f"{dataset} is being verified already ({tier}, {mode}); wait for that pass.")
        yield


def _shorten(name: str) -> int:
    """Return a signed 32-bit number for a name."""
    return crc32(name.encode()) - 2**31
