"""The breaker of each model: state shared through Redis, so that every process spares an overloaded provider."""

from functools import cache
from typing import Any

from memory.errors import ModelRefusedRequest, ModelSpendLimitReached
from veri.platform.connections.redis import get_redis

FAILURES = 5
RESET_SECONDS = 30


@cache
def get_breaker(model: str) -> Any:
    """Return this process's breaker of a model; ``with breaker.calling():`` raises ``CircuitBreakerError`` when open.

    Opens after five overloads, server errors or timeouts in a row, not on requests the provider refuses; after 30 s
    one probe is let through. Without Redis it is closed.
    """
    import pybreaker  # only where a model is asked

    storage = pybreaker.CircuitRedisStorage(
        pybreaker.STATE_CLOSED, get_redis(), namespace=f"veri-claude-{model}", fallback_circuit_state=pybreaker.STATE_CLOSED
    )
    return pybreaker.CircuitBreaker(
        fail_max=FAILURES,
        reset_timeout=RESET_SECONDS,
        state_storage=storage,
        exclude=[ModelRefusedRequest, ModelSpendLimitReached],
    )
