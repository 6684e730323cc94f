"""Anthropic's counters as ours. ``input_tokens`` exclude both cache counts already."""

from typing import Any

from billing.services.pricing import TokenCounts
from memory.clients.models import Usage
from memory.errors import ModelContentRefused

_COUNTERS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


def read_counts(reported: Any, counters: dict[str, int], usage: Usage) -> None:
    """Take over what an event carries; its counters are totals of the message, later events omit some."""
    for name in _COUNTERS:
        value = getattr(reported, name, None)
        if value is not None:
            counters[name] = int(value)
    hourly = getattr(getattr(reported, "cache_creation", None), "ephemeral_1h_input_tokens", None)
    if hourly is not None:
        counters["hourly"] = int(hourly)
    usage.note_counts(_build(counters))


def read_whole(message: dict[str, Any], usage: Usage) -> str:
    """Note a whole message's usage; return its text.

    Raises:
        ModelContentRefused: the model's policy refuses to answer.
    """
    reported = message["usage"]
    counters = {name: int(reported[name]) for name in _COUNTERS if reported.get(name) is not None}
    counters["hourly"] = int((reported.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0)
    usage.note_counts(_build(counters))
    if message.get("stop_reason") == "refusal":
        raise ModelContentRefused("the model refuses to answer")
    text = "".join(block["text"] for block in message["content"] if block.get("type") == "text")
    usage.is_complete = True
    return usage.note_text(text)


def _build(counters: dict[str, int]) -> TokenCounts:
    hourly = counters.get("hourly", 0)
    return TokenCounts(
        input=counters.get("input_tokens", 0),
        cache_write_5m=counters.get("cache_creation_input_tokens", 0) - hourly,
        cache_write_1h=hourly,
        cache_read=counters.get("cache_read_input_tokens", 0),
        output=counters.get("output_tokens", 0),
    )
