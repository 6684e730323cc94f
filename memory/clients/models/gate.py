"""What an event loop knows of a model's breaker: asked in a thread, a few times a second, for all calls together."""

import asyncio
import time
from functools import lru_cache

import structlog

from memory.clients.models.breaker import check_spend_limit, get_breaker
from memory.errors import ModelCallFailed, ModelSpendLimitReached

FRESH_SECONDS = 0.25
logger = structlog.get_logger(__name__)


class BreakerGate:
    """Tells whether a model may be called without asking Redis each time; successes are reported together."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._checked_at = float("-inf")
        self._is_closed = False
        self._limit: ModelSpendLimitReached | None = None
        self._has_succeeded = False
        self._checking: asyncio.Task[None] | None = None

    async def is_closed(self) -> bool:
        """Return whether calls flow; when not, the breaker itself must be asked, which lets one probe through.

        Raises:
            ModelSpendLimitReached: while a spend limit lasts that the provider reported.
        """
        if time.monotonic() - self._checked_at > FRESH_SECONDS:
            if self._checking is None:
                self._checking = asyncio.get_running_loop().create_task(self._check())
            await asyncio.shield(self._checking)
        if self._limit:
            raise self._limit
        return self._is_closed

    def note_success(self) -> None:
        """Remember that a call succeeded; the breaker is told with the next check."""
        self._has_succeeded = True

    async def note_failure(self, failure: ModelCallFailed) -> None:
        """Count a failure in the breaker, as if it had been called."""
        self._checked_at = float("-inf")
        await asyncio.to_thread(_count_failure, self._model, failure)

    async def _check(self) -> None:
        has_succeeded, self._has_succeeded = self._has_succeeded, False
        try:
            self._is_closed, self._limit = await asyncio.to_thread(_read, self._model, has_succeeded)
            self._checked_at = time.monotonic()
        finally:
            self._checking = None


def _read(model: str, has_succeeded: bool) -> tuple[bool, ModelSpendLimitReached | None]:  # noqa: FBT001  for to_thread
    import pybreaker  # only where a model is asked

    breaker = get_breaker(model)
    is_closed = breaker.current_state == pybreaker.STATE_CLOSED
    if is_closed and has_succeeded and breaker.fail_counter:
        breaker.call(lambda: None)
    try:
        check_spend_limit(model)
    except ModelSpendLimitReached as limit:
        return is_closed, limit
    return is_closed, None


def _count_failure(model: str, failure: ModelCallFailed) -> None:
    import pybreaker  # only where a model is asked

    try:
        with get_breaker(model).calling():
            raise failure
    except (ModelCallFailed, pybreaker.CircuitBreakerError) as counted:
        logger.info("model_failure_counted", model=model, error=type(counted).__name__)


@lru_cache(maxsize=8)
def get_gate(model: str) -> BreakerGate:
    """Return this process's gate of a model."""
    return BreakerGate(model)
