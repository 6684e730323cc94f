"""Bring what a read of MongoDB missed: the row is read from PostgreSQL now, and the relay is asked for its key."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import structlog
from django.db import DatabaseError, transaction

from migration.registry import get_spec
from migration.services.enqueue import enqueue_rows

MOST_KEYS = 100  # of one read
ASKED_SECONDS = 60.0  # a key that was asked for is not asked for again
MOST_REMEMBERED = 10_000
T = TypeVar("T")
logger = structlog.get_logger(__name__)
_is_bare: ContextVar[bool] = ContextVar("is_bare", default=False)
_asked: dict[tuple[str, int], float] = {}
_lock = threading.Lock()


@contextmanager
def reading_bare() -> Iterator[None]:
    """Let reads of MongoDB show what it has and no more: for comparisons, which must see what is missing."""
    token = _is_bare.set(True)
    try:
        yield
    finally:
        _is_bare.reset(token)


def fill_missing(
    *, dataset: str, ids: Sequence[int], found: dict[int, T], read: Callable[[list[int]], dict[int, T]]
) -> dict[int, T]:
    """Return ``found`` with those of ``ids`` it lacks as ``read`` gives them from PostgreSQL; ask the relay for them.

    A key neither store has was deleted, or belongs to somebody else: it stays missing.
    """
    missing = [one for one in dict.fromkeys(ids) if one not in found]
    if not missing or _is_bare.get():
        return found
    filled = read(missing)
    enqueue_missing(dataset_name=dataset, keys=list(filled))
    return found | filled


def enqueue_missing(*, dataset_name: str, keys: Sequence[int]) -> int:
    """Ask the relay to bring rows MongoDB lacks; return how many were put into the outbox.

    Keys on their way, without a row, or asked for within the last minute are left out; at most 100 at a time. A
    failure is logged: the read that noticed must not fail for it.
    """
    wanted = _choose(dataset_name, keys)
    if not wanted:
        return 0
    try:
        with transaction.atomic():
            count = enqueue_rows(get_spec(dataset_name), keys=wanted)
    except DatabaseError as error:
        logger.warning("lazy_fill_failed", dataset=dataset_name, error=type(error).__name__)
        return 0
    logger.info("lazy_fill", dataset=dataset_name, keys=count)
    return count


def forget_asked() -> None:
    """Drop this process's memory of the keys it asked for."""
    with _lock:
        _asked.clear()


def _choose(dataset: str, keys: Sequence[int]) -> list[int]:
    now = time.monotonic()
    with _lock:
        if len(_asked) > MOST_REMEMBERED:
            _asked.clear()
        chosen = [key for key in keys if now - _asked.get((dataset, key), -ASKED_SECONDS) >= ASKED_SECONDS][:MOST_KEYS]
        _asked.update(dict.fromkeys(((dataset, key) for key in chosen), now))
    return chosen
