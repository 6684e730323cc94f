"""What can go wrong with creators and their interactions."""

from typing import Any


class CreatorError(Exception):
    """Base of this app's refusals."""


class HandleTaken(CreatorError):
    """The handle belongs to another creator."""

    def __init__(self, *, handle: str) -> None:
        super().__init__(f"The handle {handle!r} is taken.")
        self.handle = handle


class InvalidCreator(CreatorError):
    """A creator's fields break a rule; ``problems`` maps field names to reasons."""

    def __init__(self, *, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(reasons)}" for name, reasons in problems.items()))
        self.problems = problems


class BatchTooLarge(CreatorError):
    """More items than one transaction takes."""

    def __init__(self, *, count: int, limit: int) -> None:
        super().__init__(f"{count} interactions in one batch; the limit is {limit}.")


class PayloadNotUnderstood(CreatorError):
    """A payload cannot become an interaction; the text says why."""


class BrandSlugTaken(CreatorError):
    """The slug belongs to another brand."""

    def __init__(self, *, slug: str) -> None:
        super().__init__(f"The slug {slug!r} is taken.")
        self.slug = slug


class NotABrandMember(CreatorError):
    """The user does not act for the brand, or for any brand."""


class BrandNotChosen(CreatorError):
    """The user acts for several brands and named none."""


class ContentFileRejected(CreatorError):
    """A file of content items cannot be read at all; the text says why."""


class PlatformNotConfigured(CreatorError):
    """Veri has no credentials for the platform, or does not know its own address."""


class ReturnAddressRefused(CreatorError):
    """The address to return to is not one of ``CONNECT_RETURN_URLS``."""


class TicketRefused(CreatorError):
    """A connect link or a platform's answer to it cannot be used; ``reason`` is one of a few words."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(_TICKET_TEXTS[reason])
        self.reason = reason


_TICKET_TEXTS = {
    "unknown_link": "This link is not one of ours, or it is too old.",
    "used_link": "This link was used already. Ask for a new one.",
    "expired": "This took too long. Ask for a new link.",
    "state_missing": "The answer of the platform carries no state, so it cannot be matched to a request.",
    "state_unknown": "The answer of the platform belongs to no request of ours.",
    "state_used": "This answer of the platform was used already.",
    "other_browser": "This answer came back in another browser than the one that asked.",
}


class ConnectionNeedsAttention(CreatorError):
    """The connection has no usable token: its creator has to connect again."""

    def __init__(self, *, connection_id: int, reason: str) -> None:
        super().__init__(f"Connection {connection_id} has to be connected again ({reason}).")
        self.reason = reason


class ConnectionDelayed(CreatorError):
    """The platform does not give a new token just now; ``retry_at`` says when to try again."""

    def __init__(self, *, connection_id: int, reason: str, retry_at: Any) -> None:
        super().__init__(f"Connection {connection_id} gets no new token just now ({reason}).")
        self.reason = reason
        self.retry_at = retry_at


class ConnectionNotActive(CreatorError):
    """What was asked for needs an active connection."""
