"""One call of the Messages API under our retry policy, deadline and breaker: streamed, or whole on an event loop."""

import asyncio
import random
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone

from memory.clients.claude.breaker import check_spend_limit, get_breaker, note_spend_limit
from memory.clients.claude.failures import translate_status_error
from memory.clients.claude.gate import get_gate
from memory.clients.claude.schemas import Prompt
from memory.clients.claude.usage import Usage
from memory.errors import ModelCallFailed, ModelSpendLimitReached, ModelStreamCut, ModelUnavailable
from veri.platform.connections.bridge import is_bridged, wait_for

ATTEMPTS = 3
CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0  # between two events of a stream
TOTAL_SECONDS = 45.0
BACKOFF_SECONDS = 0.5
_NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})


class ClaudeClient:
    """A process-wide client; the SDK loads at its first call, and retries nothing by itself."""

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self.model = model
        self._api_key = api_key
        self._base_url = base_url

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
        check_spend_limit(self.model)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with get_breaker(self.model).calling():
                    yield from self._stream_once(prompt, usage, deadline)
                    return
            except ModelSpendLimitReached as limit:
                note_spend_limit(self.model, until=limit.until, now=timezone.now())
                raise
            except ModelUnavailable as error:
                time.sleep(_choose_wait(error, attempt, deadline))

    async def _complete(self, prompt: Prompt, usage: Usage) -> str:
        """Return the whole answer, awaited without a thread; see ``stream``."""
        deadline = time.monotonic() + TOTAL_SECONDS
        gate = get_gate(self.model)
        if not await gate.is_closed():  # the breaker lets one probe through: its rules are the stream's
            return "".join(await asyncio.to_thread(lambda: list(self.stream(prompt=prompt, usage=usage))))
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._complete_once(prompt, usage, deadline)
            except ModelCallFailed as failure:
                await gate.note_failure(failure)
                if isinstance(failure, ModelSpendLimitReached):
                    await asyncio.to_thread(note_spend_limit, self.model, until=failure.until, now=timezone.now())
                if not isinstance(failure, ModelUnavailable):
                    raise
                await asyncio.sleep(_choose_wait(failure, attempt, deadline))
            else:
                gate.note_success()
                return answer
        raise ModelUnavailable("no attempt was left")

    async def _complete_once(self, prompt: Prompt, usage: Usage, deadline: float) -> str:
        import anthropic  # takes seconds; only where a model is asked

        usage.begin_attempt()
        try:
            client = _build_async_sdk(self._api_key, self._base_url)
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                given = await client.messages.with_raw_response.create(**self._describe(prompt, deadline))
                usage.request_id = given.headers.get("request-id", "")
                return usage.note_whole(orjson.loads(await given.read()))
        except (anthropic.APIStatusError, anthropic.APIConnectionError) as error:
            failure = _translate(error)
        except Exception as error:  # noqa: BLE001  the transport under the SDK raises its own kinds; so does what is no JSON
            failure = ModelUnavailable(f"the connection failed: {type(error).__name__}", was_sent=True)
        if isinstance(failure, ModelUnavailable) and failure.was_sent:
            usage.note_silence()
        raise failure

    def _stream_once(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str]:
        import anthropic  # takes seconds; only where a model is asked

        usage.begin_attempt()
        try:
            with self._open(prompt, deadline) as events:
                usage.request_id = events.response.headers.get("request-id", "")
                yield from _read_parts(events, usage, deadline)
        except (anthropic.APIStatusError, anthropic.APIConnectionError, ModelUnavailable) as error:
            failure = _translate(error)
        except Exception as error:  # noqa: BLE001  the transport under the SDK raises its own kinds mid-stream
            failure = ModelUnavailable(f"the connection failed: {type(error).__name__}", was_sent=True)
        else:
            return
        if isinstance(failure, ModelUnavailable) and failure.was_sent:
            usage.note_silence()
        raise ModelStreamCut(str(failure)) if usage.has_text else failure

    def _open(self, prompt: Prompt, deadline: float) -> Any:
        sdk = _build_sdk(self._api_key, self._base_url)
        return sdk.messages.create(**self._describe(prompt, deadline), stream=True)

    def _describe(self, prompt: Prompt, deadline: float) -> dict[str, Any]:
        """Return the call; what never changes comes first, so that the provider may cache it."""
        import anthropic  # takes seconds; only where a model is asked

        left = max(0.1, deadline - time.monotonic())
        return {
            "model": self.model,
            "max_tokens": prompt.max_tokens,
            "system": [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": prompt.user}],
            "timeout": anthropic.Timeout(min(READ_SECONDS, left), connect=min(CONNECT_SECONDS, left)),
        }


def _choose_wait(error: ModelUnavailable, attempt: int, deadline: float) -> float:
    """Return the seconds until the next attempt; raise the error when there is to be none."""
    wait = error.retry_after or random.uniform(0, BACKOFF_SECONDS * 2**attempt)  # noqa: S311  jitter
    if attempt == ATTEMPTS or time.monotonic() + wait >= deadline:
        raise error
    return wait


def _read_parts(events: Any, usage: Usage, deadline: float) -> Iterator[str]:
    for event in events:
        text = usage.note(event)
        if text:
            yield text
        if time.monotonic() > deadline:
            raise ModelUnavailable("took longer than the deadline", was_sent=True)
    if not usage.is_complete:
        raise ModelUnavailable("the stream ended early", was_sent=True)


def _translate(error: Exception) -> ModelCallFailed:
    import anthropic  # loaded by then

    if isinstance(error, anthropic.APIStatusError):
        return translate_status_error(error, now=timezone.now())
    if isinstance(error, ModelCallFailed):
        return error
    cause = type(error.__cause__).__name__
    return ModelUnavailable(f"away: {type(error).__name__} ({cause})", was_sent=cause not in _NEVER_SENT)


@cache
def _build_sdk(api_key: str, base_url: str) -> Any:
    import anthropic  # takes seconds; only where a model is asked

    return anthropic.Anthropic(api_key=api_key, base_url=base_url, max_retries=0)


@cache
def _build_async_sdk(api_key: str, base_url: str) -> Any:
    import anthropic  # takes seconds; only where a model is asked

    # httpx scans its whole pool for each request of a burst; aiohttp's does not.
    transport = anthropic.DefaultAioHttpClient()
    return anthropic.AsyncAnthropic(api_key=api_key, base_url=base_url, max_retries=0, http_client=transport)


def get_claude() -> ClaudeClient | None:
    """Return the client, or None when no key is set."""
    if not settings.CLAUDE_API_KEY:
        return None
    return ClaudeClient(api_key=settings.CLAUDE_API_KEY, base_url=settings.CLAUDE_BASE_URL, model=settings.CLAUDE_MODEL)
