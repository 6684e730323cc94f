"""Calls of X's API and what its errors mean: ``{"title", "detail", "type"}``, or 200 with ``errors``."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

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

API = "https://api.x.com/2"
X = "x"
_WINDOW = timedelta(minutes=15)


def ask_x(*, method: str, path: str, token: str, now: datetime, params: Any = None, json: Any = None) -> dict[str, Any]:
    """Return the JSON object of a call, which may tell of partial errors.

    Raises:
        PlatformError: of the kind the answer means.
    """
    headers = {"Authorization": f"Bearer {token}"}
    answer = call(platform=X, method=method, url=f"{API}/{path}", headers=headers, params=params, json=json)
    if answer.is_ok:
        return answer.json() if answer.body else {}
    raise convert_error(answer, now)


def convert_error(answer: Answer, now: datetime) -> PlatformError:
    body = answer.try_json()
    said = f"status {answer.status}"
    kind = read_text(body, "type").rpartition("/")[2]
    if kind in {"usage-capped", "credits-depleted"} or answer.status == HTTPStatus.PAYMENT_REQUIRED:
        return QuotaExhausted(platform=X, detail=said, retry_at=_begin_next_month(now))
    codes = {read_text(one, "code") for one in read_records(body, "errors")}
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or "88" in codes:
        return RateLimited(platform=X, detail=said, retry_at=_read_reset(answer, now))
    kinds: dict[int, type[PlatformError]] = {401: TokenRejected, 403: ScopeRefused, 404: GoneUpstream}
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUnavailable(platform=X, detail=said)
    return kinds.get(answer.status, CallRefused)(platform=X, detail=said)


def _read_reset(answer: Answer, now: datetime) -> datetime:
    try:
        reset = datetime.fromtimestamp(int(answer.headers.get("x-rate-limit-reset", "")), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return now + _WINDOW
    return min(max(reset, now + timedelta(seconds=1)), now + timedelta(days=1))


def _begin_next_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
