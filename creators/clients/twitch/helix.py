"""Calls of Twitch's Helix API and what its errors mean: ``{"error", "status", "message"}``."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from creators.clients.errors import (
    CallRefused,
    GoneUpstream,
    PlatformUnavailable,
    RateLimited,
    ScopeRefused,
    TokenRejected,
)
from creators.clients.transport import Answer, call

HELIX = "https://api.twitch.tv/helix"
TWITCH = "twitch"
_WAIT = timedelta(seconds=60)


def ask_helix(
    *, method: str, path: str, token: str, now: datetime, params: Any = None, json: Any = None
) -> dict[str, Any]:
    """Call Helix with a user's or the app's token and return the JSON object, empty for 204.

    Raises:
        PlatformError: of the kind the answer means.
    """
    headers = {"Authorization": f"Bearer {token}", "Client-Id": settings.PLATFORM_CREDENTIALS[TWITCH][0]}
    answer = call(platform=TWITCH, method=method, url=f"{HELIX}/{path}", headers=headers, params=params, json=json)
    if answer.is_ok:
        return answer.json() if answer.body else {}
    raise _convert(answer, now)


def _convert(answer: Answer, now: datetime) -> Exception:
    kinds = {401: TokenRejected, 403: ScopeRefused, 404: GoneUpstream, 410: GoneUpstream}
    if answer.status == 429:  # noqa: PLR2004  Too Many Requests
        return RateLimited(platform=TWITCH, retry_at=_read_reset(answer, now))
    if answer.status >= 500:  # noqa: PLR2004  the class of failures of theirs
        return PlatformUnavailable(platform=TWITCH, detail=f"status {answer.status}")
    return kinds.get(answer.status, CallRefused)(platform=TWITCH, detail=f"status {answer.status}")


def _read_reset(answer: Answer, now: datetime) -> datetime:
    try:
        reset = datetime.fromtimestamp(int(answer.headers.get("ratelimit-reset", "")), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return now + _WAIT
    return min(max(reset, now + timedelta(seconds=1)), now + timedelta(hours=1))
