"""What the fake does with one request."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Script:
    """The counters every streamed answer begins with; ``input_tokens`` excludes both cache counts."""

    input_tokens: int = 1000
    cache_write: int = 200
    cache_read: int = 300


@dataclass(frozen=True, kw_only=True)
class Answer(Script):
    """Stream lines; ``{memory}`` and ``{interaction}`` stand for the first id of that kind in the prompt.

    ``pause`` is seconds between parts of ``part_size`` characters. ``is_verbatim`` sends the lines as they are.
    """

    lines: tuple[str, ...] = ("The main sponsor is Brightpan [{memory}].",)
    output_tokens: int = 40
    pause: float = 0.0
    part_size: int = 7
    is_verbatim: bool = False


@dataclass(frozen=True, kw_only=True)
class Cut(Answer):
    """Stream the lines, then drop the connection before the last event; with ``is_silent`` before the first."""

    is_silent: bool = False


@dataclass(frozen=True, kw_only=True)
class StreamError(Answer):
    """Answer 200, stream the lines (none by default), then send an SSE ``error`` event."""

    lines: tuple[str, ...] = ()
    kind: str = "overloaded_error"


@dataclass(frozen=True, kw_only=True)
class Hang(Script):
    """Take the request and say nothing for so long."""

    seconds: float = 3.0


@dataclass(frozen=True, kw_only=True)
class Refusal(Script):
    """An error status with Anthropic's error body."""

    status: int = 500
    kind: str = "api_error"
    details: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def Overloaded() -> Refusal:  # noqa: N802  reads as the kinds beside it
    return Refusal(status=529, kind="overloaded_error")


def RateLimited(*, retry_after: str = "0.05") -> Refusal:  # noqa: N802  same
    return Refusal(status=429, kind="rate_limit_error", headers={"retry-after": retry_after})


def SpendLimit() -> Refusal:  # noqa: N802  same
    return Refusal(status=429, kind="rate_limit_error", details={"error_code": "enforced_spend_limit_reached"})
