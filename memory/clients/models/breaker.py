"""The breaker of each provider and model: state shared through Redis, so that every process spares an overloaded one.

Models are named ``provider:model``.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import uuid4

import structlog
from redis.exceptions import RedisError

from memory.errors import ModelSpendLimitReached, ModelStreamCut, ModelUnavailable
from veri.platform.cache.locks import acquire_lock, release_lock
from veri.platform.connections.redis import get_redis

FAILURES = 5
RESET_SECONDS = 30
PROBE_SECONDS = 60.0  # longer than a call may take: a probe that died with its process is forgotten then
logger = structlog.get_logger(__name__)


@contextmanager
def calling(name: str) -> Iterator[None]:
    """Call a model under its breaker; while it is not closed one call at a time is let through as a probe.

    Raises:
        CircuitBreakerError: the breaker is open, or somebody else probes.
    """
    import pybreaker  # only where a model is asked

    breaker = get_breaker(name)
    if breaker.current_state == pybreaker.STATE_CLOSED:
        with breaker.calling():
            yield
        return
    with _probing(name), breaker.calling():
        yield


def get_breaker(name: str) -> Any:
    """Return this process's breaker of a model; ``calling`` is how to use it.

    Opens after five overloads, server errors or timeouts in a row, not on requests the provider refuses, on rate
    limits, or when a reader goes away; after 30 s a probe is let through. While Redis is away each process has its
    own.
    """
    try:
        return _build_shared(name, get_redis())
    except RedisError:
        return _build_own(name)


def close_breaker(name: str) -> None:
    """Let calls flow again at once, in every process, also those a provider's spend limit stopped."""
    get_breaker(name).close()
    forget_spend_limit(name)


@dataclass(frozen=True, kw_only=True)
class BreakerState:
    """A model's breaker as staff sees it: ``closed``, ``open`` or ``half-open``, and failures in a row."""

    name: str
    state: str
    failures: int
    spend_limit_until: str | None


def describe_breaker(name: str) -> BreakerState:
    """Return the shared state, or this process's own while Redis is away."""
    breaker = get_breaker(name)
    return BreakerState(
        name=name,
        state=str(breaker.current_state),
        failures=int(breaker.fail_counter),
        spend_limit_until=get_spend_limit(name),
    )


def check_spend_limit(name: str) -> None:
    """Raise ``ModelSpendLimitReached`` while a spend limit the provider reported lasts."""
    if until := get_spend_limit(name):
        raise ModelSpendLimitReached(f"the provider's spend limit holds until {until}")


def get_spend_limit(name: str) -> str | None:
    """Return until when, in ISO 8601, a spend limit lasts that the provider reported."""
    try:
        until = get_redis().get(_name_spend_limit(name))
    except RedisError:
        return None
    return until.decode() if isinstance(until, bytes) else None


def note_spend_limit(name: str, *, until: datetime | None, now: datetime) -> None:
    """Tell every process that nothing works until then."""
    if until is None or until <= now:
        return
    try:
        get_redis().set(_name_spend_limit(name), until.isoformat(), ex=max(1, int((until - now).total_seconds())))
    except RedisError:
        logger.warning("spend_limit_not_shared", model=name)


def forget_spend_limit(name: str) -> None:
    """Ask the provider again, as after its limit was raised."""
    get_redis().delete(_name_spend_limit(name))


@contextmanager
def _probing(name: str) -> Iterator[None]:
    import pybreaker  # only where a model is asked

    key, token = f"veri:probe:{name}", uuid4().hex
    mine = _OWN_PROBES.setdefault(name, threading.Lock())
    if not mine.acquire(blocking=False):
        raise pybreaker.CircuitBreakerError("another call probes the model")
    try:
        if not acquire_lock(key=key, token=token, ttl=PROBE_SECONDS):
            raise pybreaker.CircuitBreakerError("another process probes the model")
        try:
            yield
        finally:
            release_lock(key=key, token=token)
    finally:
        mine.release()


_OWN_PROBES: dict[str, threading.Lock] = {}


def _name_spend_limit(name: str) -> str:
    provider, _, model = name.partition(":")
    return f"veri:{provider}:spend-limit:{model}"


@lru_cache(maxsize=16)
def _build_shared(name: str, client: Any) -> Any:
    import pybreaker  # only where a model is asked

    storage = pybreaker.CircuitRedisStorage(
        pybreaker.STATE_CLOSED,
        client,
        namespace=f"veri-{name.replace(':', '-', 1)}",
        fallback_circuit_state=pybreaker.STATE_CLOSED,
    )
    return _build(storage)


@cache
def _build_own(name: str) -> Any:
    import pybreaker  # only where a model is asked

    return _build(pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED))


def _build(storage: Any) -> Any:
    import pybreaker  # only where a model is asked

    return pybreaker.CircuitBreaker(
        fail_max=FAILURES, reset_timeout=RESET_SECONDS, state_storage=storage, exclude=[_is_no_outage]
    )


def _is_no_outage(error: BaseException) -> bool:
    if isinstance(error, ModelUnavailable):
        return not error.is_outage
    return not isinstance(error, ModelStreamCut)
