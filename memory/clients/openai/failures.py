"""OpenAI's errors as ours. Source: the API's guide to error codes.

``insufficient_quota`` is a 429 that no wait helps: the account is out of credit. What is too long, or against the
policy, is a 400 with a code of its own.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from memory.errors import (
    ModelCallFailed,
    ModelContentRefused,
    ModelPromptTooLong,
    ModelRefusedRequest,
    ModelSpendLimitReached,
    ModelUnavailable,
)

OUT_OF_CREDIT = timedelta(minutes=15)  # nobody says until when: ask again after a while
_RETRYABLE_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})
_AGAINST_POLICY = frozenset({"content_policy_violation", "content_filter", "invalid_prompt"})
_OUT_OF_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def translate_status_error(error: Any, *, now: datetime) -> ModelCallFailed:
    """Return our error for an ``openai.APIStatusError``."""
    code = str(error.code or "")
    told = f"answered {error.status_code} {code or error.type or ''}".strip()
    if code in _OUT_OF_CREDIT:
        return ModelSpendLimitReached("the provider's account is out of credit", until=now + OUT_OF_CREDIT)
    if code in _TOO_LONG or error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ModelPromptTooLong(told)
    if code in _AGAINST_POLICY:
        return ModelContentRefused(told)
    if error.status_code in _RETRYABLE_STATUS:
        return ModelUnavailable(
            told,
            retry_after=_read_seconds(error.response.headers),
            is_outage=error.status_code != HTTPStatus.TOO_MANY_REQUESTS,
        )
    return ModelRefusedRequest(told)


def translate_stream_error(error: Any) -> ModelCallFailed:
    """Return our error for an ``openai.APIError`` without a status: it came within a stream that had begun well."""
    if str(error.code or "") in _AGAINST_POLICY:
        return ModelContentRefused("the model refuses to answer")
    return ModelUnavailable(f"the stream told of an error: {error.code or error.type}", was_sent=True)


def _read_seconds(headers: Any) -> float | None:
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * scale)
        except (KeyError, ValueError):
            continue
    return None
