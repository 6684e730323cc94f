"""Calls of the Chat Completions API. The counters of a stream come with its last event: a cut one told nothing."""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.utils import timezone

from billing.enums import Service
from memory.clients.models import ModelClient, Prompt, Usage
from memory.clients.models.client import compute_timeouts, translate_transport_error
from memory.clients.openai.failures import translate_status_error, translate_stream_error
from memory.clients.openai.reading import check_finish, read_chunk, read_whole
from memory.errors import ModelCallFailed


class OpenAIClient(ModelClient):
    """OpenAI's models, and whatever else speaks their protocol behind ``OPENAI_BASE_URL``."""

    service: ClassVar[Service] = Service.OPENAI

    def _read(self, prompt: Prompt, usage: Usage, deadline: float) -> Iterator[str]:
        sdk = _build_sdk(self._api_key, self._base_url)
        call = self._describe(prompt, deadline) | {"stream": True, "stream_options": {"include_usage": True}}
        with sdk.chat.completions.create(**call) as events:
            usage.request_id = events.response.headers.get("x-request-id", "")
            for event in events:
                yield read_chunk(event.to_dict(), usage)
        check_finish(usage)

    async def _fetch(self, prompt: Prompt, usage: Usage, deadline: float) -> str:
        client = _build_async_sdk(self._api_key, self._base_url)
        given = await client.chat.completions.with_raw_response.create(**self._describe(prompt, deadline))
        usage.request_id = given.headers.get("x-request-id", "")
        return read_whole(orjson.loads(given.content), usage)

    def _translate(self, error: Exception) -> ModelCallFailed:
        import openai  # loaded by then

        if isinstance(error, openai.APIStatusError):
            return translate_status_error(error, now=timezone.now())
        if isinstance(error, openai.APIConnectionError):
            return translate_transport_error(error, is_of_sdk=True)
        if isinstance(error, openai.APIError):
            return translate_stream_error(error)
        return translate_transport_error(error, is_of_sdk=False)

    def _describe(self, prompt: Prompt, deadline: float) -> dict[str, Any]:
        """Return the call; what never changes comes first: OpenAI caches a prompt's beginning by itself."""
        import openai  # takes a while; only where a model is asked

        read, connect = compute_timeouts(deadline)
        return {
            "model": self.model,
            "max_completion_tokens": prompt.max_tokens,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            "timeout": openai.Timeout(read, connect=connect),
        }


@cache
def _build_sdk(api_key: str, base_url: str) -> Any:
    import openai  # takes a while; only where a model is asked

    return openai.OpenAI(api_key=api_key, base_url=base_url, max_retries=0)


@cache
def _build_async_sdk(api_key: str, base_url: str) -> Any:
    import openai  # takes a while; only where a model is asked

    transport = openai.DefaultAioHttpClient()  # httpx scans its whole pool for each request of a burst
    return openai.AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, http_client=transport)


def get_openai(model: str = "") -> OpenAIClient | None:
    """Return the client of a model, by default the configured one; None when no key is set."""
    if not settings.OPENAI_API_KEY:
        return None
    return OpenAIClient(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.MODELS.openai_base_url,
        model=model or settings.MODELS.openai_model,
    )
