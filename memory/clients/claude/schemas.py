"""What the client takes and gives."""

from dataclasses import dataclass

from billing.services.pricing import TokenCounts


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """``system`` never changes, so that the provider may cache it; ``user`` holds evidence and question."""

    system: str
    user: str
    max_tokens: int


@dataclass(frozen=True)
class TextPart:
    """A piece of the answer, as it streams in."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The last item of a stream: what was used. ``is_cut`` tells that it is what was seen before a cut."""

    counts: TokenCounts
    request_id: str
    is_cut: bool = False
