"""What can go wrong with creators and their interactions."""

from datetime import datetime


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


class ListNameTaken(CreatorError):
    """The owner has a list of this name already."""


class ListFull(CreatorError):
    """As many lists, or creators on a list, as one may have."""


class InvalidTerms(CreatorError):
    """Terms break a rule; ``problems`` maps field names to reasons."""

    def __init__(self, *, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(reasons)}" for name, reasons in problems.items()))
        self.problems = problems
