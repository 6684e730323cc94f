"""What a platform's answer can mean, whatever shape it came in. Texts are ours: answers may hold tokens."""

from datetime import datetime


class PlatformError(Exception):
    """Base. ``code`` is a word for rows, pages and metrics; ``retry_at`` is when to try again, if that makes sense."""

    code = "platform_error"

    def __init__(self, *, platform: str, detail: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(f"{platform}: {self.code}{f' ({detail})' if detail else ''}")
        self.platform = platform
        self.detail = detail
        self.retry_at = retry_at


class RateLimited(PlatformError):
    """Too many calls in a short while; ``retry_at`` is the platform's word."""

    code = "rate_limited"


class QuotaExhausted(PlatformError):
    """The day's or the month's share is used up."""

    code = "quota_exhausted"


class TokenRejected(PlatformError):
    """The access token is not accepted: expired or revoked; a refresh tells which."""

    code = "token_rejected"


class GrantRejected(PlatformError):
    """The code or refresh token is not accepted: the creator has to connect again."""

    code = "grant_rejected"


class ScopeRefused(PlatformError):
    """The token does not allow this call."""

    code = "scope_refused"


class GoneUpstream(PlatformError):
    """What was asked for does not exist any more."""

    code = "gone"


class PlatformUnavailable(PlatformError):
    """No answer in time, a lost connection, or a failure on the platform's side."""

    code = "unavailable"


class BadAnswer(PlatformError):
    """An answer that cannot be read: HTML, half a document, too large, or without what it must hold."""

    code = "bad_answer"


class CallRefused(PlatformError):
    """The platform calls the request wrong: a defect of ours, or of the app's registration."""

    code = "call_refused"
