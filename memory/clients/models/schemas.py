"""What the client takes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """``system`` never changes, so that the provider may cache it; ``user`` holds evidence and question."""

    system: str
    user: str
    max_tokens: int
