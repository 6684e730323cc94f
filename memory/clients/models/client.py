"""One call of a language model under our retry policy, deadline and breaker: streamed, or whole on an event loop."""

import asyncio
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from django.utils import timezone

from billing.enums import Service
from memory.clients.models.breaker import calling, check_spend_limit, note_spend_limit
from memory.clients.models.gate import get_gate
from memory.clients.models.schemas import Prompt
from memory.clients.models.usage import Usage
from memory.errors import (
    ModelCallFailed,
    ModelContentRefused,
    ModelRefusedRequest,
    ModelSpendLimitReached,
    ModelStreamCut,
    ModelUnavailable,
)
from veri.platform.connections.bridge import is_bridged, wait_for

ATTEMPTS = 3
CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0  # between two events of a stream
TOTAL_SECONDS = 45.0
BACKOFF_SECONDS = 0.5
NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})


class ModelClient(ABC):
    """A process-wide client of one model; a vendor's SDK loads at its first call, and retries nothing by itself."""

    service: ClassVar[Service]

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self.model = model
        self._api_key = api_key
        self._base_url = base_url

    @property
    def name(self) -> str:
        """Return the model as settings write it: ``claude:claude-haiku-5-5``."""
        return f"{self.service.value}:{self.model}"

    def stream(self, *, prompt: Prompt, usage: Usage) -> Iterator[str]:
        """Yield the answer's parts; ``usage`` is filled meanwhile, and right whenever the stream ends.

        Retries only before the first part, honours any ``retry-after`` that fits the deadline of 45 s.

        Raises:
            ModelSpendLimitReached: the provider said so, now or earlier.
            ModelStreamCut: after parts were yielded.
            ModelCallFailed: nothing was yielded.
            CircuitBreakerError: the breaker is open.
        """
        if is_bridged():
            yield wait_for(self._complete(prompt, usage))
            return
        deadline = time.monotonic() + TOTAL_SECONDS
        check_spend_limit(self.name)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with calling(self.name):
                    yield from self._stream_once(prompt, usage, deadline)
                    return
            except ModelSpendLimitReached as limit:
                note_spend_limit(self.name, until=limit.until, now=timezone.now())
                raise
            except ModelUnavailable as error:
                time.sleep(_choose_wait(error, attempt, deadline))

    async def _complete(self, prompt: Prompt, usage: Usage) -> str:
        """Return the whole answer, awaited without a thread; see ``stream``."""
        deadline = time.monotonic() + TOTAL_SECONDS
        gate = get_gate(self.name)
        if not await gate.is_closed():  # the breaker lets one probe through: its rules are the stream's
            return "".join(await asyncio.to_thread(lambda: list(self.stream(prompt=prompt, usage=usage))))
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._complete_once(prompt, usage, deadline)
            except ModelCallFailed as failure:
                await gate.note_failure(failure)
                if isinstance(failure, ModelSpendLimitReached):
                    await asyncio.to_thread(note_spend_limit, self.name, until=failure.until, now=timezone.now())
                if not isinstance(failure, ModelUnavailable):
                    raise
                await asyncio.sleep(_choose_wait(failure, attempt, deadline))
            else:
                gate.note_success()
                return answer
        raise ModelUnavailable("no attempt was left")

    async def _complete_once(self, prompt: Prompt, usage: Usage, deadline: float) -> str:
        usage.begin_attempt()
        try:
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                return await self._fetch(prompt, usage, deadline)
        except Exception as error:
            raise _note_failure(self._translate(error), usage) from error

    def _stream_once(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str]:
        usage.begin_attempt()
        try:
            for text in self._read(prompt, usage, deadline):
                if text:
                    yield text
                check_deadline(deadline)
            check_complete(usage)
        except Exception as error:
            failure = _note_failure(self._translate(error), usage)
            raise (ModelStreamCut(str(failure)) if usage.has_text else failure) from error

    @abstractmethod
    def _read(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str]:
        """Yield each event's text, mostly empty, and note what it tells; raises whatever the SDK raises."""

    @abstractmethod
    async def _fetch(self, prompt: Prompt, usage: Usage, deadline: float) -> str:
        """Return the whole answer of one attempt; raises whatever the SDK raises."""

    @abstractmethod
    def _translate(self, error: Exception) -> ModelCallFailed:
        """Return our error for what an attempt raised."""


def check_deadline(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise ModelUnavailable("took longer than the deadline", was_sent=True)


def check_complete(usage: Usage) -> None:
    if not usage.is_complete:
        raise ModelUnavailable("the stream ended early", was_sent=True)


def compute_timeouts(deadline: float) -> tuple[float, float]:
    """Return how long to wait for the next bytes and for a connection, in seconds."""
    left = max(0.1, deadline - time.monotonic())
    return min(READ_SECONDS, left), min(CONNECT_SECONDS, left)


def translate_transport_error(error: Exception, *, is_of_sdk: bool) -> ModelCallFailed:
    """Return our error for what is no answer of the provider's."""
    if isinstance(error, ModelCallFailed):
        return error
    if not is_of_sdk:
        return ModelUnavailable(f"the connection failed: {type(error).__name__}", was_sent=True)
    cause = type(error.__cause__).__name__
    return ModelUnavailable(f"away: {type(error).__name__} ({cause})", was_sent=cause not in NEVER_SENT)


def _note_failure(failure: ModelCallFailed, usage: Usage) -> ModelCallFailed:
    if isinstance(failure, ModelUnavailable) and failure.was_sent:
        usage.note_silence()
    if isinstance(failure, ModelRefusedRequest | ModelContentRefused):
        usage.note_refusal()
    return failure


def _choose_wait(error: ModelUnavailable, attempt: int, deadline: float) -> float:
    """Return the seconds until the next attempt; raise the error when there is to be none."""
    wait = error.retry_after or random.uniform(0, BACKOFF_SECONDS * 2**attempt)  # noqa: S311  jitter
    if attempt == ATTEMPTS or time.monotonic() + wait >= deadline:
        raise error
    return wait
