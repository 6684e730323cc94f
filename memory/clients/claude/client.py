"""Calls of the Messages API."""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.utils import timezone

from billing.enums import Service
from memory.clients.claude.failures import translate_status_error
from memory.clients.claude.reading import read_counts, read_whole
from memory.clients.models import ModelClient, Prompt, Usage
from memory.clients.models.client import compute_timeouts, translate_transport_error
from memory.errors import ModelCallFailed, ModelContentRefused


class ClaudeClient(ModelClient):
    """Anthropic's models."""

    service: ClassVar[Service] = Service.CLAUDE

    def _read(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str]:
        sdk = _build_sdk(self._api_key, self._base_url)
        counters: dict[str, int] = {}
        with sdk.messages.create(**self._describe(prompt, deadline), stream=True) as events:
            usage.request_id = events.response.headers.get("request-id", "")
            for event in events:
                yield _note(event, counters, usage)

    async def _fetch(self, prompt: Prompt, usage: Usage, deadline: float) -> str:
        client = _build_async_sdk(self._api_key, self._base_url)
        given = await client.messages.with_raw_response.create(**self._describe(prompt, deadline))
        usage.request_id = given.headers.get("request-id", "")
        return read_whole(orjson.loads(await given.read()), usage)

    def _translate(self, error: Exception) -> ModelCallFailed:
        import anthropic  # loaded by then

        if isinstance(error, anthropic.APIStatusError):
            return translate_status_error(error, now=timezone.now())
        return translate_transport_error(error, is_of_sdk=isinstance(error, anthropic.APIConnectionError))

    def _describe(self, prompt: Prompt, deadline: float) -> dict[str, Any]:
        """Return the call; what never changes comes first, so that the provider may cache it."""
        import anthropic  # takes seconds; only where a model is asked

        read, connect = compute_timeouts(deadline)
        return {
            "model": self.model,
            "max_tokens": prompt.max_tokens,
            "system": [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": prompt.user}],
            "timeout": anthropic.Timeout(read, connect=connect),
        }


def _note(event: Any, counters: dict[str, int], usage: Usage) -> str:
    """Note one event's usage; return its text, if it has any."""
    if event.type == "message_start":
        read_counts(event.message.usage, counters, usage)
    elif event.type == "message_delta":
        read_counts(event.usage, counters, usage)
        if getattr(event.delta, "stop_reason", None) == "refusal":
            raise ModelContentRefused("the model refuses to answer")
    elif event.type == "message_stop":
        usage.is_complete = True
    elif event.type == "content_block_delta" and event.delta.type == "text_delta":
        return usage.note_text(str(event.delta.text))
    return ""


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


def get_claude(model: str = "") -> ClaudeClient | None:
    """Return the client of a model, by default the configured one; None when no key is set."""
    if not settings.CLAUDE_API_KEY:
        return None
    return ClaudeClient(
        api_key=settings.CLAUDE_API_KEY, base_url=settings.CLAUDE_BASE_URL, model=model or settings.CLAUDE_MODEL
    )
