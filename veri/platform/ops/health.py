"""Is this process able to serve?"""

import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import Error, connection

from veri.platform.connections.health import StoreHealth, probe_stores

CACHED_SECONDS = 1.0
MIGRATIONS_CACHED_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """``status`` is ``ok``, ``degraded`` (something optional is away) or ``unavailable``."""

    status: str
    stores: list[StoreHealth]
    unapplied_migrations: int | None

    @property
    def http_status(self) -> int:
        return 503 if self.status == "unavailable" else 200


_lock = threading.Lock()
_cached: tuple[float, Readiness] | None = None
_migrations_seen_at = float("-inf")


def get_readiness() -> Readiness:
    """Return the readiness, at most ``CACHED_SECONDS`` old; concurrent callers wait for one probe."""
    global _cached  # noqa: PLW0603  a cache per process is the point
    with _lock:
        if _cached is None or time.monotonic() - _cached[0] > CACHED_SECONDS:
            _cached = (time.monotonic(), _judge(probe_stores(timeout=1.0)))
        return _cached[1]


def forget_readiness() -> None:
    """Make the next call probe again."""
    global _cached, _migrations_seen_at
    _cached, _migrations_seen_at = None, float("-inf")


def _judge(stores: list[StoreHealth]) -> Readiness:
    if not all(store.ok for store in stores if store.name == "postgres"):
        return Readiness(status="unavailable", stores=stores, unapplied_migrations=None)
    unapplied = _count_unapplied_cached()
    if unapplied is None or unapplied:
        return Readiness(status="unavailable", stores=stores, unapplied_migrations=unapplied)
    status = "ok" if all(store.ok for store in stores) else "degraded"
    return Readiness(status=status, stores=stores, unapplied_migrations=0)


def _count_unapplied_cached() -> int | None:
    """Return the number of unapplied migrations; a zero is believed for a while, as deployments only add some."""
    global _migrations_seen_at  # noqa: PLW0603  same
    if time.monotonic() - _migrations_seen_at < MIGRATIONS_CACHED_SECONDS:
        return 0
    try:
        unapplied = count_unapplied_migrations()
    except Error:
        return None
    if unapplied == 0:
        _migrations_seen_at = time.monotonic()
    return unapplied


def count_unapplied_migrations() -> int:
    """Return how many of this release's migrations the database lacks."""
    from django.db.migrations.recorder import MigrationRecorder  # loads on first use

    applied = set(MigrationRecorder(connection).applied_migrations())
    return len(_list_known_migrations() - applied)


@lru_cache(maxsize=1)
def _list_known_migrations() -> frozenset[tuple[str, str]]:
    """Read the migration files once per process: they do not change while it runs."""
    from django.db.migrations.loader import MigrationLoader  # same

    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})


def is_deep_token(token: str) -> bool:
    """Tell whether a bearer token opens ``/health/deep``; without ``HEALTH_TOKEN`` none does."""
    import hmac

    expected: str = settings.HEALTH_TOKEN
    return bool(expected) and hmac.compare_digest(token.encode(), expected.encode())
