"""Which store a read goes to: flags say what staff wants, the route row decides, pending writes and health veto."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

import structlog

from migration.enums import LIVE_STAGES, SHADOW_STAGES, Flag, Stage
from migration.models import Dataset
from migration.queries.cohorts import ALL_PERCENT, Share
from migration.queries.flags import is_flag_on
from migration.registry import get_spec
from migration.sql import get_partition
from veri.platform.cache.brief import BriefCopy
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows

RETRY_SECONDS = 5.0
logger = structlog.get_logger(__name__)
T = TypeVar("T")
_NOBODY = Share.of(0, (), ())


class Store(StrEnum):
    POSTGRES = "postgres"
    MONGO = "mongo"


@dataclass(frozen=True, kw_only=True)
class Routed(Generic[T]):
    """A value and the store it was read from; ``fell_back`` tells that MongoDB was wanted but away."""

    value: T
    store: Store
    fell_back: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadSeen:
    """A routed read that was made; its two ways are kept so that it can be made again. ``seconds`` it took."""

    kind: str
    datasets: tuple[str, ...]
    scope: int
    store: Store
    has_failed: bool
    seconds: float
    from_mongo: Callable[[], Any]
    from_postgres: Callable[[], Any]
    digest: Callable[[Any], object]


@dataclass(frozen=True)
class _Routes:
    """Which creators read MongoDB, by dataset, and the datasets whose reads are watched."""

    shares: dict[str, Share]
    watched: frozenset[str]


@dataclass
class _Health:
    """When MongoDB may be tried again after it failed."""

    retry_at: float = 0.0


_health = _Health()
_observers: list[Callable[[ReadSeen], None]] = []


def observe_reads(observer: Callable[[ReadSeen], None]) -> None:
    """Call ``observer`` after every routed read of datasets from SHADOW on; it must be quick."""
    _observers.append(observer)


def forget_routes() -> None:
    """Drop this process's copy and its memory of failures."""
    _copy.forget()
    _health.retry_at = 0.0


def choose_store(*, datasets: Sequence[str], scope: int) -> Store:
    """Return the store a read of these datasets for one creator goes to.

    MongoDB only when the flags reach the creator, the route of every dataset does, the creator has no write that
    MongoDB lacks (read-your-writes), and MongoDB did not just fail. At most one query beyond the cached ones.
    """
    if not is_flag_on(Flag.READ_FROM_MONGO, scope=scope) or time.monotonic() < _health.retry_at:
        return Store.POSTGRES
    routes = _copy.get()
    if not all(routes.shares.get(one, _NOBODY).reaches(salt=Flag.READ_FROM_MONGO, scope=scope) for one in datasets):
        return Store.POSTGRES
    return Store.POSTGRES if has_pending_write(datasets=datasets, scope=scope) else Store.MONGO


def read_routed(
    *,
    datasets: Sequence[str],
    scope: int,
    from_mongo: Callable[[], T],
    from_postgres: Callable[[], T],
    kind: str = "read",
    digest: Callable[[T], object] = lambda value: value,
) -> Routed[T]:
    """Read from the routed store; when MongoDB fails, read PostgreSQL and leave MongoDB alone for five seconds.

    ``kind`` names the read, ``digest`` reduces a value to what both stores must say alike: for shadow reads.
    """
    started = time.perf_counter()
    routed, has_failed = _read(datasets, scope, from_mongo, from_postgres)
    if _observers and not _copy.get().watched.isdisjoint(datasets):
        seen = ReadSeen(
            kind=kind,
            datasets=tuple(datasets),
            scope=scope,
            store=routed.store,
            has_failed=has_failed,
            seconds=time.perf_counter() - started,
            from_mongo=from_mongo,
            from_postgres=from_postgres,
            digest=digest,
        )
        for observer in _observers:
            observer(seen)
    return routed


def _read(
    datasets: Sequence[str], scope: int, from_mongo: Callable[[], T], from_postgres: Callable[[], T]
) -> tuple[Routed[T], bool]:
    if choose_store(datasets=datasets, scope=scope) is Store.POSTGRES:
        return Routed(value=from_postgres(), store=Store.POSTGRES), False
    from pymongo.errors import PyMongoError  # the driver loads only where MongoDB is routed

    try:
        return Routed(value=from_mongo(), store=Store.MONGO), False
    except PyMongoError as error:
        _health.retry_at = time.monotonic() + RETRY_SECONDS
        logger.warning("mongo_read_failed", datasets=list(datasets), error=type(error).__name__)
        return Routed(value=from_postgres(), store=Store.POSTGRES, fell_back=True), True


def has_pending_write(*, datasets: Sequence[str], scope: int) -> bool:
    """Return whether the outbox holds a key of this creator, or a TRUNCATE of these tables (scope 0)."""
    ((is_pending,),) = fetch_rows(_build_pending(tuple(datasets)), [scope] * len(datasets))
    return bool(is_pending)


@cache
def _build_pending(datasets: tuple[str, ...]) -> str:
    """Ask the partitions themselves: planning over the whole outbox takes longer than the answer."""
    parts = (
        f"EXISTS (SELECT 1 FROM {get_partition(get_spec(one).name)} WHERE scope IN (0, %s))"  # noqa: S608  from code
        for one in datasets
    )
    return f"SELECT {' OR '.join(parts)}"


def _read_routes() -> _Routes:
    columns = list_columns(model=Dataset, table="dataset")
    read = fetch_rows(f"SELECT {columns} FROM migration_dataset dataset", [])  # noqa: S608  names from code
    rows = [build_instance(model=Dataset, row=row) for row in read]
    return _Routes(
        shares={one.name: get_read_share(one) for one in rows},
        watched=frozenset(one.name for one in rows if one.stage in SHADOW_STAGES),
    )


_copy = BriefCopy(_read_routes)


def get_read_share(dataset: Dataset) -> Share:
    """Return which creators a dataset's stage lets read MongoDB."""
    if dataset.stage in LIVE_STAGES:
        return Share.of(ALL_PERCENT, (), dataset.denied)
    if dataset.stage == Stage.CANARY:
        return Share.of(dataset.read_percent, dataset.allowed, dataset.denied)
    return _NOBODY
