"""Which store a read goes to: flags say what staff wants, the route row decides, pending writes and health veto."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

import structlog
from django.db import connection

from migration.enums import Flag, Stage
from migration.models import Dataset
from migration.queries.flags import is_flag_on

CACHE_SECONDS = 1.0
RETRY_SECONDS = 5.0
logger = structlog.get_logger(__name__)
T = TypeVar("T")


class Store(StrEnum):
    POSTGRES = "postgres"
    MONGO = "mongo"


@dataclass(frozen=True, kw_only=True)
class Routed(Generic[T]):
    """A value and the store it was read from; ``fell_back`` tells that MongoDB was wanted but away."""

    value: T
    store: Store
    fell_back: bool = False


@dataclass
class _Routes:
    """This process's copy of the route rows, and when MongoDB may be tried again after it failed."""

    read_at: float | None = None
    cut_over: frozenset[str] = field(default_factory=frozenset)
    retry_at: float = 0.0


_routes = _Routes()


def forget_routes() -> None:
    """Drop this process's copy and its memory of failures."""
    _routes.read_at = None
    _routes.retry_at = 0.0


def choose_store(*, datasets: Sequence[str], scope: int) -> Store:
    """Return the store a read of these datasets for one creator goes to.

    MongoDB only when both flags are effective, every dataset is cut over, the creator has no write that MongoDB lacks
    (read-your-writes), and MongoDB did not just fail. At most one query beyond the cached ones.
    """
    if not (is_flag_on(Flag.READ_FROM_MONGO) and _list_cut_over().issuperset(datasets)):
        return Store.POSTGRES
    if time.monotonic() < _routes.retry_at or _has_pending_write(datasets, scope):
        return Store.POSTGRES
    return Store.MONGO


def read_routed(
    *, datasets: Sequence[str], scope: int, from_mongo: Callable[[], T], from_postgres: Callable[[], T]
) -> Routed[T]:
    """Read from the routed store; when MongoDB fails, read PostgreSQL and leave MongoDB alone for five seconds."""
    if choose_store(datasets=datasets, scope=scope) is Store.POSTGRES:
        return Routed(value=from_postgres(), store=Store.POSTGRES)
    from pymongo.errors import PyMongoError  # the driver loads only where MongoDB is routed

    try:
        return Routed(value=from_mongo(), store=Store.MONGO)
    except PyMongoError as error:
        _routes.retry_at = time.monotonic() + RETRY_SECONDS
        logger.warning("mongo_read_failed", datasets=list(datasets), error=type(error).__name__)
        return Routed(value=from_postgres(), store=Store.POSTGRES, fell_back=True)


def _list_cut_over() -> frozenset[str]:
    now = time.monotonic()
    if _routes.read_at is None or now - _routes.read_at > CACHE_SECONDS:
        _routes.cut_over = frozenset(Dataset.objects.filter(stage=Stage.CUTOVER).values_list("name", flat=True))
        _routes.read_at = now
    return _routes.cut_over


def _has_pending_write(datasets: Sequence[str], scope: int) -> bool:
    """Return whether the outbox holds a key of this creator, or a TRUNCATE of these tables (scope 0)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM migration_outboxrow WHERE dataset = ANY(%s) AND scope = ANY(%s))",
            [list(datasets), [0, scope]],
        )
        return bool(cursor.fetchone()[0])
