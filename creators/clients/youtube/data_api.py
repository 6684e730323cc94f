"""Calls of the YouTube Data API and what its errors mean: ``{"error": {"code", "errors": [{"reason"}]}}``."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from creators.clients.errors import (
    CallRefused,
    GoneUpstream,
    PlatformError,
    PlatformUnavailable,
    QuotaExhausted,
    RateLimited,
    ScopeRefused,
    TokenRejected,
)
from creators.clients.transport import Answer, call
from creators.normalisers.reading import read_records, read_text

API = "https://www.googleapis.com/youtube/v3"
YOUTUBE = "youtube"
PACIFIC = ZoneInfo("America/Los_Angeles")
_WAIT = timedelta(seconds=60)
_DAY_IS_USED_UP = {"quotaExceeded", "dailyLimitExceeded"}
_TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded"}
_SCOPES = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "forbidden", "youtubeSignupRequired"}


def ask_youtube(
    *, path: str, token: str, now: datetime, params: dict[str, Any], etag: str = ""
) -> dict[str, Any] | None:
    """Return the JSON object of a list call, or None when nothing changed since ``etag``.

    Raises:
        PlatformError: of the kind the answer means.
    """
    headers = {"Authorization": f"Bearer {token}", **({"If-None-Match": etag} if etag else {})}
    answer = call(platform=YOUTUBE, method="GET", url=f"{API}/{path}", headers=headers, params=params)
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return None
    if answer.is_ok:
        return answer.json()
    raise convert_error(answer, now)


def convert_error(answer: Answer, now: datetime) -> PlatformError:
    body = answer.try_json()
    reasons = {read_text(one, "reason") for one in read_records(body, "error", "errors")}
    said = f"status {answer.status}"
    if reasons & _DAY_IS_USED_UP:
        return QuotaExhausted(platform=YOUTUBE, detail=said, retry_at=find_next_pacific_midnight(now))
    if reasons & _TOO_FAST or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(platform=YOUTUBE, detail=said, retry_at=now + _WAIT)
    if "SERVICE_UNAVAILABLE" in reasons or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUnavailable(platform=YOUTUBE, detail=said)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return TokenRejected(platform=YOUTUBE, detail=said)
    if reasons & _SCOPES or answer.status == HTTPStatus.FORBIDDEN:
        return ScopeRefused(platform=YOUTUBE, detail=said)
    is_gone = answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
    return (GoneUpstream if is_gone else CallRefused)(platform=YOUTUBE, detail=said)


def find_next_pacific_midnight(now: datetime) -> datetime:
    """Return when the daily quota begins anew; the day may have 23 or 25 hours."""
    local = now.astimezone(PACIFIC)
    tomorrow = (local + timedelta(days=1)).date()
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
