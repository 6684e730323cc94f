"""Anthropic's errors as ours. Source: the API's error reference, and the traps in its SDK's issues.

A 429 without ``retry-after`` and with ``enforced_spend_limit_reached`` lasts until the first of next month, UTC. An
SSE ``error`` event after a 200 carries its type in the body, not in the status.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from memory.errors import (
    ModelCallFailed,
    ModelPromptTooLong,
    ModelRefusedRequest,
    ModelSpendLimitReached,
    ModelUnavailable,
)

_RETRYABLE_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_TOO_LONG = "prompt is too long"  # there is no code for it
_RETRYABLE_TYPES = frozenset({"overloaded_error", "api_error", "rate_limit_error", "timeout_error"})


def translate_status_error(error: Any, *, now: datetime) -> ModelCallFailed:
    """Return our error for an ``anthropic.APIStatusError``."""
    details = _read_details(error.body)
    retry_after = _read_seconds(error.response.headers)
    if details["code"] == "enforced_spend_limit_reached" and retry_after is None:
        return ModelSpendLimitReached("the provider's spend limit is reached", until=_get_next_month(now))
    if error.status_code in _RETRYABLE_STATUS or details["type"] in _RETRYABLE_TYPES:
        return ModelUnavailable(
            f"answered {error.status_code} {details['type']}",
            retry_after=retry_after,
            is_outage=error.status_code != HTTPStatus.TOO_MANY_REQUESTS and details["type"] != "rate_limit_error",
        )
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or _TOO_LONG in details["message"]:
        return ModelPromptTooLong(f"answered {error.status_code} {details['type']}")
    return ModelRefusedRequest(f"answered {error.status_code} {details['type']}")


def _read_details(body: object) -> dict[str, str]:
    error = body.get("error", body) if isinstance(body, dict) else {}
    error = error if isinstance(error, dict) else {}
    inner = error.get("details")
    code = inner.get("error_code", "") if isinstance(inner, dict) else ""
    return {"type": str(error.get("type", "")), "code": str(code), "message": str(error.get("message", "")).lower()}


def _read_seconds(headers: Any) -> float | None:
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * scale)
        except (KeyError, ValueError):
            continue
    return None


def _get_next_month(now: datetime) -> datetime:
    utc = now.astimezone(UTC)
    return datetime(utc.year + utc.month // 12, utc.month % 12 + 1, 1, tzinfo=UTC)
