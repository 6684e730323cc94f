"""What the memory app refuses, and how the outside model fails."""

from datetime import datetime


class ModelCallFailed(Exception):
    """The base of every failure of the outside language model."""

    is_worth_retrying = False


class ModelUnavailable(ModelCallFailed):
    """Overloaded, a server error, a timeout, or no connection; ``retry_after`` is seconds, when it said."""

    is_worth_retrying = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ModelSpendLimitReached(ModelCallFailed):
    """The provider's own spend limit: nothing works until ``until``."""

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        self.until = until
        super().__init__(message)


class ModelRefusedRequest(ModelCallFailed):
    """A request the provider will never take: wrong key, unknown model, too long."""


class ModelStreamCut(ModelCallFailed):
    """The answer broke off after it had begun; what was used until then is metered."""
