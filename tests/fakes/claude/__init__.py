"""A small real HTTP server on loopback that speaks Anthropic's Messages API and answers as scripted."""

from tests.fakes.claude.scripts import (
    Answer,
    Cut,
    Hang,
    Overloaded,
    RateLimited,
    Refusal,
    Script,
    SpendLimit,
    StreamError,
)
from tests.fakes.claude.server import FakeClaude, run_claude_server

__all__ = [
    "Answer",
    "Cut",
    "FakeClaude",
    "Hang",
    "Overloaded",
    "RateLimited",
    "Refusal",
    "Script",
    "SpendLimit",
    "StreamError",
    "run_claude_server",
]
