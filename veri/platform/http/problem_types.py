"""What can go wrong over HTTP: the kinds of problem and their wire form (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework.exceptions import APIException

CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 100


@dataclass(frozen=True, kw_only=True)
class ProblemKind:
    """One stable kind of problem; ``docs/problems.md`` documents every slug."""

    slug: str
    status: int
    title: str

    @property
    def type(self) -> str:
        return f"/problems/{self.slug}"


MALFORMED_REQUEST = ProblemKind(slug="malformed-request", status=400, title="The request cannot be read")
INVALID_REQUEST = ProblemKind(slug="invalid-request", status=400, title="The request is not valid")
NOT_AUTHENTICATED = ProblemKind(slug="not-authenticated", status=401, title="Valid credentials are needed")
PERMISSION_DENIED = ProblemKind(slug="permission-denied", status=403, title="This is not allowed")
NOT_FOUND = ProblemKind(slug="not-found", status=404, title="There is nothing here")
METHOD_NOT_ALLOWED = ProblemKind(slug="method-not-allowed", status=405, title="The method is not allowed here")
NOT_ACCEPTABLE = ProblemKind(slug="not-acceptable", status=406, title="No acceptable representation exists")
CONFLICT = ProblemKind(slug="conflict", status=409, title="The request conflicts with the present state")
REQUEST_IN_PROGRESS = ProblemKind(
    slug="request-in-progress", status=409, title="The first request with this key is still running"
)
PAYLOAD_TOO_LARGE = ProblemKind(slug="payload-too-large", status=413, title="The body is too large")
UNSUPPORTED_MEDIA_TYPE = ProblemKind(
    slug="unsupported-media-type", status=415, title="The body's media type is not supported"
)
UNPROCESSABLE = ProblemKind(slug="unprocessable", status=422, title="The request cannot be carried out")
IDEMPOTENCY_KEY_REUSED = ProblemKind(
    slug="idempotency-key-reused", status=422, title="The key was used with another request"
)
RATE_LIMITED = ProblemKind(slug="rate-limited", status=429, title="Too many requests")
INTERNAL_ERROR = ProblemKind(slug="internal-error", status=500, title="Something failed on our side")
STORE_UNAVAILABLE = ProblemKind(slug="store-unavailable", status=503, title="A store is not reachable right now")

_BY_STATUS = {
    kind.status: kind
    for kind in (
        MALFORMED_REQUEST,
        NOT_AUTHENTICATED,
        PERMISSION_DENIED,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        NOT_ACCEPTABLE,
        CONFLICT,
        PAYLOAD_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        UNPROCESSABLE,
        RATE_LIMITED,
        INTERNAL_ERROR,
        STORE_UNAVAILABLE,
    )
}


def get_kind_for_status(status: int) -> ProblemKind:
    """Return the general kind of a status; an unlisted one falls back to its class."""
    return _BY_STATUS.get(status, INTERNAL_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else MALFORMED_REQUEST)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One occurrence. ``errors`` holds ``{"pointer": RFC 6901, "detail": text}`` entries."""

    kind: ProblemKind
    detail: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def build_body(self, *, request: HttpRequest | None = None) -> dict[str, Any]:
        """Return the members of the problem document; the request adds ``instance`` and ``request_id``."""
        body: dict[str, Any] = {"type": self.kind.type, "title": self.kind.title, "status": self.kind.status}
        if self.detail:
            body["detail"] = self.detail
        if request is not None:
            body["instance"] = escape_uri_path(request.path)
            if request_id := getattr(request, "request_id", ""):
                body["request_id"] = request_id
        if self.errors:
            body["errors"] = self.errors[:MAX_ERRORS]
        if len(self.errors) > MAX_ERRORS:
            body["errors_omitted"] = len(self.errors) - MAX_ERRORS
        return {**body, **self.extensions}


class ProblemResponse(HttpResponse):
    """A problem document; ``data`` holds its members, as DRF responses do."""

    def __init__(self, *, problem: Problem, request: HttpRequest | None = None) -> None:
        self.data = problem.build_body(request=request)
        super().__init__(
            orjson.dumps(self.data, default=str),
            content_type=CONTENT_TYPE,
            status=problem.kind.status,
            headers=dict(problem.headers),
        )


class ProblemError(APIException):
    """Raise in an API layer to answer with a problem of a stable kind."""

    def __init__(
        self,
        *,
        kind: ProblemKind,
        detail: str = "",
        errors: list[dict[str, str]] | None = None,
        extensions: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = Problem(
            kind=kind, detail=detail, errors=errors or [], extensions=extensions or {}, headers=headers or {}
        )
        self.status_code = kind.status
        super().__init__(detail=detail or kind.title, code=kind.slug)
