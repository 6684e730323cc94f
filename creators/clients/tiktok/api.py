"""Calls of TikTok's API and what its errors mean: always ``{"error": {"code", ...}}``, ``ok`` for success."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from creators.clients.errors import (
    BadAnswer,
    CallRefused,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    ScopeRefused,
    TokenRejected,
)
from creators.clients.transport import Answer, call
from creators.normalisers.reading import read_text, read_value

API = "https://open.tiktokapis.com/v2"
TIKTOK = "tiktok"
_WAIT = timedelta(seconds=60)
_TOKENS = {"access_token_invalid", "access_token_expired"}
_SCOPES = {"scope_not_authorized", "scope_permission_missed"}


def ask_tiktok(*, method: str, path: str, token: str, now: datetime, fields: str, json: Any = None) -> dict[str, Any]:
    """Return ``data`` of a call; ``fields`` must be named.

    Raises:
        PlatformError: of the kind the answer means.
    """
    headers = {"Authorization": f"Bearer {token}"}
    answer = call(
        platform=TIKTOK, method=method, url=f"{API}/{path}", headers=headers, params={"fields": fields}, json=json
    )
    body = answer.try_json()
    code = read_text(body, "error", "code")
    if answer.is_ok and code == "ok":
        data = read_value(body, "data")
        if isinstance(data, dict):
            return data
        raise BadAnswer(platform=TIKTOK, detail="no data")
    raise convert_error(answer, code, now)


def convert_error(answer: Answer, code: str, now: datetime) -> PlatformError:
    said = f"status {answer.status}"
    if code == "rate_limit_exceeded" or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(platform=TIKTOK, detail=said, retry_at=now + _WAIT)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or code == "internal_error":
        return PlatformUnavailable(platform=TIKTOK, detail=said)
    if code in _TOKENS or (answer.status == HTTPStatus.UNAUTHORIZED and code not in _SCOPES):
        return TokenRejected(platform=TIKTOK, detail=said)
    if code in _SCOPES:
        return ScopeRefused(platform=TIKTOK, detail=said)
    return (CallRefused if code else BadAnswer)(platform=TIKTOK, detail=said)
