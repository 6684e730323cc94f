"""One streaming call of the Messages API under our own retry policy, deadline and breaker."""

import random
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from billing.services.pricing import TokenCounts
from memory.clients.claude.breaker import get_breaker
from memory.clients.claude.failures import translate_status_error
from memory.clients.claude.schemas import Completion, Prompt, TextPart
from memory.errors import ModelCallFailed, ModelStreamCut, ModelUnavailable

ATTEMPTS = 3
CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0  # between two events of a stream
TOTAL_SECONDS = 45.0
BACKOFF_SECONDS = 0.5


class ClaudeClient:
    """A process-wide client; the SDK loads at its first call, and retries nothing by itself."""

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self.model = model
        self._api_key = api_key
        self._base_url = base_url

    def stream(self, *, prompt: Prompt) -> Iterator[TextPart | Completion]:
        """Yield the answer's parts, then one ``Completion``.

        Retries only before the first part, honours any ``retry-after`` that fits the deadline of 45 s.

        Raises:
            ModelCallFailed: nothing was yielded; nothing is charged.
            ModelStreamCut: after parts were yielded; a ``Completion`` with what was seen came before.
        """
        deadline = time.monotonic() + TOTAL_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with get_breaker(self.model).calling():
                    yield from self._stream_once(prompt, deadline)
                return
            except ModelUnavailable as error:
                wait = error.retry_after or random.uniform(0, BACKOFF_SECONDS * 2**attempt)  # noqa: S311  jitter
                if attempt == ATTEMPTS or time.monotonic() + wait >= deadline:
                    raise
                time.sleep(wait)

    def _stream_once(self, prompt: Prompt, deadline: float) -> Iterator[TextPart | Completion]:
        import anthropic  # takes seconds; only where a model is asked

        usage = _Usage()
        try:
            with _build_sdk(self._api_key, self._base_url).messages.create(
                model=self.model,
                max_tokens=prompt.max_tokens,
                system=[{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}],
                messages=[{"role": "user", "content": prompt.user}],
                stream=True,
            ) as events:
                usage.request_id = events.response.headers.get("request-id", "")
                for event in events:
                    text = usage.note(event)
                    if text:
                        yield TextPart(text)
                    if time.monotonic() > deadline:
                        raise ModelUnavailable("took longer than the deadline")
        except (anthropic.APIStatusError, anthropic.APIConnectionError, ModelUnavailable) as error:
            failure = _translate(error)
        except Exception as error:  # noqa: BLE001  the transport under the SDK raises its own kinds mid-stream
            failure = ModelUnavailable(f"the connection failed: {type(error).__name__}")
        else:
            if usage.is_complete:
                yield usage.complete()
                return
            failure = ModelUnavailable("the stream ended early")
        if not usage.has_begun:
            raise failure
        yield usage.complete(is_cut=True)
        raise ModelStreamCut(str(failure))


class _Usage:
    """What a stream's events have said so far."""

    def __init__(self) -> None:
        self.request_id = ""
        self.has_begun = False
        self.is_complete = False
        self._seen: dict[str, int] = {}
        self._characters = 0

    def note(self, event: Any) -> str:
        """Note one event's usage; return its text, if it has any."""
        if event.type == "message_start":
            self._read(event.message.usage)
        elif event.type == "message_delta":
            self._read(event.usage)
        elif event.type == "message_stop":
            self.is_complete = True
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            self.has_begun = True
            self._characters += len(event.delta.text)
            return str(event.delta.text)
        return ""

    def complete(self, *, is_cut: bool = False) -> Completion:
        """Return the counts; of a cut stream the output is at least what its text must have taken."""
        seen = self._seen
        output = max(seen.get("output_tokens", 0), self._characters // 4 if is_cut else 0)
        counts = TokenCounts(
            input=seen.get("input_tokens", 0),
            cache_write_5m=seen.get("cache_creation_input_tokens", 0),
            cache_read=seen.get("cache_read_input_tokens", 0),
            output=output,
        )
        return Completion(counts=counts, request_id=self.request_id, is_cut=is_cut)

    def _read(self, usage: Any) -> None:
        """Take over the counters an event carries; they are totals, so the latest wins and nothing is added twice."""
        for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"):
            value = getattr(usage, name, None)
            if value is not None:
                self._seen[name] = int(value)


def _translate(error: Exception) -> ModelCallFailed:
    import anthropic  # loaded by then

    if isinstance(error, anthropic.APIStatusError):
        return translate_status_error(error, now=timezone.now())
    return error if isinstance(error, ModelCallFailed) else ModelUnavailable(f"away: {type(error).__name__}")


@cache
def _build_sdk(api_key: str, base_url: str) -> Any:
    import anthropic  # takes seconds; only where a model is asked

    timeout = anthropic.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    return anthropic.Anthropic(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)


def get_claude() -> ClaudeClient | None:
    """Return the client, or None when no key is set."""
    if not settings.CLAUDE_API_KEY:
        return None
    return ClaudeClient(
        api_key=settings.CLAUDE_API_KEY, base_url=settings.CLAUDE_BASE_URL, model=settings.CLAUDE_MODEL
    )
