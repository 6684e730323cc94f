"""What a call has used so far, known also when it breaks off or its reader goes away."""

from typing import Any

from billing.services.pricing import TokenCounts

_COUNTERS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
CHARACTERS_PER_TOKEN = 4  # of a broken answer's text, when the provider did not count it any more


class Usage:
    """Filled while the answer streams; every attempt that was counted adds to it.

    ``is_uncertain`` tells that an attempt was sent, may have cost something, and said nothing of it.
    """

    def __init__(self) -> None:
        self.request_id = ""
        self.has_text = False
        self.is_complete = False
        self.is_uncertain = False
        self._earlier = TokenCounts()
        self._seen: dict[str, int] = {}
        self._characters = 0

    def begin_attempt(self) -> None:
        """Keep what an earlier attempt used and count afresh."""
        self._earlier = self.counts
        self._seen, self._characters = {}, 0
        self.has_text = self.is_complete = False

    def note(self, event: Any) -> str:
        """Note one event's usage; return its text, if it has any."""
        if event.type == "message_start":
            self._read(event.message.usage)
        elif event.type == "message_delta":
            self._read(event.usage)
        elif event.type == "message_stop":
            self.is_complete = True
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            self.has_text = True
            self._characters += len(event.delta.text)
            return str(event.delta.text)
        return ""

    def note_whole(self, message: dict[str, Any]) -> str:
        """Note a whole message's usage; return its text."""
        counters = message["usage"]
        self._seen = {name: int(counters[name]) for name in _COUNTERS if counters.get(name) is not None}
        text = "".join(block["text"] for block in message["content"] if block.get("type") == "text")
        self.is_complete = True
        self.has_text = bool(text)
        return text

    def note_silence(self) -> None:
        """Note that the attempt broke off; without any counter it stays unknown what it cost."""
        self.is_uncertain = self.is_uncertain or not self._seen

    @property
    def counts(self) -> TokenCounts:
        """Return the counts of all attempts; a broken answer's output is at least what its text must have taken."""
        seen, earlier = self._seen, self._earlier
        least = 0 if self.is_complete else self._characters // CHARACTERS_PER_TOKEN
        return TokenCounts(
            input=earlier.input + seen.get("input_tokens", 0),
            cache_write_5m=earlier.cache_write_5m + seen.get("cache_creation_input_tokens", 0),
            cache_read=earlier.cache_read + seen.get("cache_read_input_tokens", 0),
            output=earlier.output + max(seen.get("output_tokens", 0), least),
        )

    def _read(self, usage: Any) -> None:
        """Take over the counters an event carries; they are totals, so the latest wins and nothing is added twice."""
        for name in _COUNTERS:
            value = getattr(usage, name, None)
            if value is not None:
                self._seen[name] = int(value)
