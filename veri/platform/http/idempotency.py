"""Idempotency keys: a POST repeated with the same key is answered from what it was answered before."""

import hashlib
import re
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from veri.platform.http.problem_types import (
    IDEMPOTENCY_KEY_REUSED,
    INVALID_REQUEST,
    REQUEST_IN_PROGRESS,
    Problem,
    ProblemError,
    ProblemResponse,
)
from veri.platform.http.requests import unwrap_request
from veri.platform.http.services.idempotency import (
    Claim,
    Conflict,
    Replay,
    Reuse,
    claim_idempotency_key,
    release_idempotency_key,
    store_idempotent_response,
)

_VALID_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class _AnsweredBefore(Exception):
    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class IdempotentViewMixin:
    """Mix into a DRF view before APIView: its POSTs by a signed-in caller honour ``Idempotency-Key``."""

    _claim: Claim | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view class comes after the mixin
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and request.user.is_authenticated:
            self._claim = _claim_or_answer(request, key)

    def handle_exception(self, exc: Exception) -> HttpResponseBase:
        if isinstance(exc, _AnsweredBefore):
            return exc.response
        try:
            response: HttpResponseBase = super().handle_exception(exc)  # type: ignore[misc]  # same
        except Exception:
            self._release()
            raise
        return response

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        final: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]  # same
        if self._claim is None:
            return final
        if final.streaming or final.status_code >= HTTPStatus.BAD_REQUEST:
            self._release()  # nothing was done: the caller may mend the request or the world and try again
        elif hasattr(final, "add_post_render_callback"):
            final.add_post_render_callback(self._store)
        else:
            self._store(final)
        return final

    def _store(self, response: Any) -> None:
        if self._claim:
            store_idempotent_response(
                claim=self._claim,
                status=response.status_code,
                content_type=response.get("Content-Type", ""),
                body=bytes(response.content),
            )

    def _release(self) -> None:
        if self._claim:
            release_idempotency_key(claim=self._claim)
            self._claim = None


def _claim_or_answer(request: Request, key: str) -> Claim:
    """Return the claim to work under, or raise what answers the request without work."""
    if not _VALID_KEY.fullmatch(key):
        errors = [{"pointer": "/Idempotency-Key", "detail": "Must be 1 to 255 visible ASCII characters."}]
        raise ProblemError(kind=INVALID_REQUEST, errors=errors)
    outcome = claim_idempotency_key(owner=request.user, key=key, fingerprint=_fingerprint(request), now=timezone.now())
    if isinstance(outcome, Claim):
        return outcome
    raise _AnsweredBefore(_build_answer(request, outcome))


def _build_answer(request: Request, outcome: Replay | Reuse | Conflict) -> HttpResponse:
    if isinstance(outcome, Replay):
        headers = {"Idempotency-Replayed": "true", "Content-Type": outcome.content_type}
        return HttpResponse(outcome.body, status=outcome.status, headers=headers)
    if isinstance(outcome, Reuse):
        return ProblemResponse(problem=Problem(kind=IDEMPOTENCY_KEY_REUSED), request=unwrap_request(request))
    problem = Problem(kind=REQUEST_IN_PROGRESS, headers={"Retry-After": str(outcome.retry_after)})
    return ProblemResponse(problem=problem, request=unwrap_request(request))


def _fingerprint(request: Request) -> str:
    """Return what makes a request the same: method, path with query, form asked for, and body, byte for byte."""
    accept = request.headers.get("Accept", "")
    head = f"{request.method} {unwrap_request(request).get_full_path()}\n{accept}\n".encode()
    return hashlib.sha256(head + unwrap_request(request).body).hexdigest()
