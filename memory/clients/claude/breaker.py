"""The breaker of each model: state shared through Redis, so that every process spares an overloaded provider."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import structlog
from redis.exceptions import RedisError

from memory.errors import ModelSpendLimitReached, ModelStreamCut, ModelUnavailable
from veri.platform.connections.redis import get_redis

FAILURES = 5
RESET_SECONDS = 30
logger = structlog.get_logger(__name__)


def get_breaker(model: str) -> Any:
    """Return this process's breaker of a model; ``with breaker.calling():`` raises ``CircuitBreakerError`` when open.

    Opens after five overloads, server errors or timeouts in a row, not on requests the provider refuses, on rate
    limits, or when a reader goes away; after 30 s a probe is let through. While Redis is away each process has its
    own.
    """
    try:
        return _build_shared(model, get_redis())
    except RedisError:
        return _build_own(model)


def check_spend_limit(model: str) -> None:
    """Raise ``ModelSpendLimitReached`` while a spend limit the provider reported lasts."""
    try:
        until = get_redis().get(_name_spend_limit(model))
    except RedisError:
        return
    if isinstance(until, bytes):
        raise ModelSpendLimitReached(f"the provider's spend limit holds until {until.decode()}")


def note_spend_limit(model: str, *, until: datetime | None, now: datetime) -> None:
    """Tell every process that nothing works until then."""
    if until is None or until <= now:
        return
    try:
        get_redis().set(_name_spend_limit(model), until.isoformat(), ex=max(1, int((until - now).total_seconds())))
    except RedisError:
        logger.warning("spend_limit_not_shared", model=model)


def _name_spend_limit(model: str) -> str:
    return f"veri:claude:spend-limit:{model}"


@lru_cache(maxsize=8)
def _build_shared(model: str, client: Any) -> Any:
    import pybreaker  # only where a model is asked

    storage = pybreaker.CircuitRedisStorage(
        pybreaker.STATE_CLOSED,
        client,
        namespace=f"veri-claude-{model}",
        fallback_circuit_state=pybreaker.STATE_CLOSED,
    )
    return _build(storage)


@cache
def _build_own(model: str) -> Any:
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
