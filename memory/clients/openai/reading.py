"""OpenAI's answers and counters as ours. ``prompt_tokens`` include what was read from the cache; ours do not."""

from typing import Any

from billing.services.pricing import TokenCounts
from memory.clients.models import Usage
from memory.errors import ModelContentRefused

FILTERED = "content_filter"


def read_chunk(chunk: dict[str, Any], usage: Usage) -> str:
    """Note one event of a stream; return its text.

    Raises:
        ModelContentRefused: the model's policy refuses to answer.
    """
    if chunk.get("usage"):
        usage.note_counts(_count(chunk["usage"]))
    text = ""
    for choice in chunk.get("choices") or []:
        delta = choice.get("delta") or {}
        text += usage.note_text(delta.get("content") or "")
        if delta.get("refusal") or choice.get("finish_reason") == FILTERED:
            usage.note_refusal()
        elif choice.get("finish_reason"):
            usage.is_complete = True
    return text


def check_finish(usage: Usage) -> None:
    """Raise once the stream has ended and told its counters, when the model refused."""
    if usage.is_refused:
        raise ModelContentRefused("the model refuses to answer")


def read_whole(answer: dict[str, Any], usage: Usage) -> str:
    """Note a whole answer; return its text.

    Raises:
        ModelContentRefused: the model's policy refuses to answer.
    """
    usage.note_counts(_count(answer["usage"]))
    choice = answer["choices"][0]
    message = choice["message"]
    if message.get("refusal") or choice.get("finish_reason") == FILTERED:
        raise ModelContentRefused("the model refuses to answer")
    usage.is_complete = True
    return usage.note_text(message.get("content") or "")


def _count(reported: dict[str, Any]) -> TokenCounts:
    details = reported.get("prompt_tokens_details") or {}
    cached = int(details.get("cached_tokens") or 0)
    return TokenCounts(
        input=int(reported["prompt_tokens"]) - cached, cache_read=cached, output=int(reported["completion_tokens"])
    )
