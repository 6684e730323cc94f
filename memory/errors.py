"""What the memory app refuses, and how outside models fail."""

from datetime import datetime


class ModelCallFailed(Exception):
    """The base of every failure of the outside language model."""


class ConflictAlreadyResolved(Exception):
    """Raised when a contradiction was decided before."""

    def __init__(self, conflict_id: int) -> None:
        self.conflict_id = conflict_id
        super().__init__(f"Contradiction {conflict_id} is resolved already.")


class ProcessorUnavailable(Exception):
    """Raised when a processor is not installed, not configured, or its model cannot be used; says what to do."""


class ProcessorAnswerInvalid(Exception):
    """Raised when a model's answer as a whole cannot be used: no JSON, another shape, or cut off."""


class ModelUnavailable(ModelCallFailed):
    """Overloaded, a server error, a timeout, or no connection; ``retry_after`` is seconds, when it said.

    ``is_outage`` is False for a rate limit: the provider works. ``was_sent`` tells that the request went out and no
    answer says whether it cost something.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_outage: bool = True, was_sent: bool = False
    ) -> None:
        self.retry_after = retry_after
        self.is_outage = is_outage
        self.was_sent = was_sent
        super().__init__(message)


class ModelSpendLimitReached(ModelCallFailed):
    """The provider's own spend limit: nothing works until ``until``."""

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        self.until = until
        super().__init__(message)


class ModelRefusedRequest(ModelCallFailed):
    """A request the provider will never take: wrong key, unknown model."""


class ModelPromptTooLong(ModelRefusedRequest):
    """The prompt does not fit the model's context window; one with a larger window may take it."""


class ModelContentRefused(ModelCallFailed):
    """The provider's policy refuses to answer; another model's may not."""


class ModelStreamCut(ModelCallFailed):
    """The answer broke off after it had begun; what was used until then is metered."""


class DecayNotAllowed(Exception):
    """Raised when memories are to fade while ``MEMORY_DECAY`` is not effective."""

    def __init__(self) -> None:
        super().__init__("MEMORY_DECAY is off, or what it needs is: no memory fades.")


class DecayRunning(Exception):
    """Raised when a run is open already."""

    def __init__(self) -> None:
        super().__init__("A decay run is open already; it goes on by itself.")


class NothingToForget(Exception):
    """Raised when a wish to forget names nothing of its creator's."""

    def __init__(self) -> None:
        super().__init__("Nothing of this creator's is named: no memory, no interaction.")


class FeedbackTargetUnknown(Exception):
    """Feedback about something that does not exist, or that its giver may not see."""


class ReembeddingRefused(Exception):
    """Raised when a step of a change of provider cannot be taken now; the text tells an operator why."""


class NotInMatch(Exception):
    """A decision about a creator the match did not show."""


class PredictionRefused(Exception):
    """Raised when nothing can be predicted; says what is missing."""
