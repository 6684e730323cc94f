"""What can go wrong with creators and their interactions."""

from datetime import datetime
from typing import Any

from creators.enums import HandleState


class CreatorError(Exception):
    """Base of this app's refusals."""


class HandleRefused(CreatorError):
    """The handle cannot be had; ``state`` says why, never who has it."""

    def __init__(self, *, handle: str, state: HandleState) -> None:
        super().__init__(str(state.label))
        self.handle = handle
        self.state = state


class HandleTaken(HandleRefused):
    """The handle, or one that looks like it, belongs to another creator."""

    def __init__(self, *, handle: str) -> None:
        super().__init__(handle=handle, state=HandleState.TAKEN)


class HandleChangedLately(CreatorError):
    """A creator's handle was changed less than 30 days ago."""


class ClaimNotProven(CreatorError):
    """Neither the account's address is proven, nor a platform knows it by the handle."""


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


class AccountError(CreatorError):
    """Base of what is refused about accounts; the text is for the person."""


class SignUpClosed(AccountError):
    """Nobody may sign up at present."""


class InviteNotUsable(AccountError):
    """The invite is unknown, used up, expired or revoked: the same words for all."""

    def __init__(self) -> None:
        super().__init__("This invite cannot be used.")


class TooManyInvites(AccountError):
    """The user has given all the invites he may give."""


class ProofNotUsable(AccountError):
    """The secret is unknown, used, expired or replaced by a newer one: the same words for all."""

    def __init__(self) -> None:
        super().__init__("This code cannot be used: it is wrong, expired, or was replaced by a newer one.")


class WeakPassword(AccountError):
    """The password breaks rules; ``reasons`` says which."""

    def __init__(self, *, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class WrongPassword(AccountError):
    """The password given to confirm something is not the account's."""

    def __init__(self) -> None:
        super().__init__("The password is wrong.")


class SecondFactorRefused(AccountError):
    """The code is wrong, was used before, or came after too many wrong ones."""


class ReservedFileRejected(CreatorError):
    """A list of reserved words cannot be read; the text says why."""


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


class ZoneChangedLately(CreatorError):
    """The time zone was changed within the last 24 hours."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(f"The time zone can be changed again after {until:%Y-%m-%d %H:%M} UTC.")
        self.until = until


class InvalidTask(CreatorError):
    """A task's fields break a rule; ``problems`` maps field names to reasons."""

    def __init__(self, *, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(reasons)}" for name, reasons in problems.items()))
        self.problems = problems


class TaskNotOpen(CreatorError):
    """The task is not open, or not for this creator; the text says which."""


class TaskNotFulfilled(CreatorError):
    """The evidence is not there yet; the text says what is missing."""


class TaskAlreadySubmitted(CreatorError):
    """The creator handed this task in for the period already, and it waits or was approved."""


class LinkNotUnderstood(CreatorError):
    """A link leads to no item of a known platform; the text says why."""


class SubmissionAlreadyReviewed(CreatorError):
    """Somebody else decided first; the text says who."""


class ReviewNotAllowed(CreatorError):
    """Nobody reviews what he handed in himself."""


class PrivacyRequestOpen(CreatorError):
    """A request of this kind about this person is under way; the text says which."""


class ExportNotReady(CreatorError):
    """The export is not made yet, or its time is over."""


class ListNameTaken(CreatorError):
    """The owner has a list of this name already."""


class ListFull(CreatorError):
    """As many lists, or creators on a list, as one may have."""


class InvalidTerms(CreatorError):
    """Terms break a rule; ``problems`` maps field names to reasons."""

    def __init__(self, *, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(reasons)}" for name, reasons in problems.items()))
        self.problems = problems


class UnknownInterests(CreatorError):
    """Interests that are not in the list."""

    def __init__(self, *, slugs: list[str]) -> None:
        super().__init__(f"Not in the list: {', '.join(slugs)}.")
        self.slugs = slugs
