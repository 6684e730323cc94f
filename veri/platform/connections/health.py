"""Are the stores there, and how fast do they answer?"""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from veri.platform.connections.errors import StoreName
from veri.platform.connections.mongo import get_database
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.connections.redis import get_redis


@dataclass(frozen=True, kw_only=True)
class StoreHealth:
    """The result of one probe; `detail` names the kind of error and never an address."""

    name: StoreName
    ok: bool
    latency_ms: float
    detail: str


def probe_stores(*, timeout: float = 1.0) -> list[StoreHealth]:
    """Ask PostgreSQL, Redis and MongoDB at the same time; never raises.

    A store that has not answered after `timeout` seconds is reported as slow, without waiting for its driver.
    """
    started = time.monotonic()
    executor = ThreadPoolExecutor(max_workers=3, thread_name_prefix="probe")
    probes: dict[StoreName, Callable[[], None]] = {
        "postgres": lambda: _probe_postgres(timeout),
        "redis": _probe_redis,
        "mongo": lambda: _probe_mongo(timeout),
    }
    futures = {name: executor.submit(_measure, probe) for name, probe in probes.items()}
    wait(futures.values(), timeout=timeout)
    executor.shutdown(wait=False, cancel_futures=True)
    return [_judge(name, future, started) for name, future in futures.items()]


def _measure(probe: Callable[[], None]) -> float:
    started = time.monotonic()
    probe()
    return (time.monotonic() - started) * 1000


def _judge(name: StoreName, future: "Future[float]", started: float) -> StoreHealth:
    elapsed = round((time.monotonic() - started) * 1000, 2)
    if not future.done() or future.cancelled():
        return StoreHealth(name=name, ok=False, latency_ms=elapsed, detail="no answer in time")
    error = future.exception()
    if error is not None:
        return StoreHealth(name=name, ok=False, latency_ms=elapsed, detail=type(error).__name__)
    return StoreHealth(name=name, ok=True, latency_ms=round(future.result(), 2), detail="")


def _probe_postgres(timeout: float) -> None:
    # A connection of its own: the probe must answer while the pool is exhausted, too.
    seconds = max(1, math.ceil(timeout))
    with open_dedicated_connection(connect_timeout=seconds, application_name="veri-probe") as connection:
        connection.execute("SELECT 1")


def _probe_redis() -> None:
    get_redis().ping()


def _probe_mongo(timeout: float) -> None:
    import pymongo  # the driver loads on first use

    # Less than the caller waits: the driver looks at its clock every half second and so overruns.
    with pymongo.timeout(timeout / 2):
        get_database().command("ping")
