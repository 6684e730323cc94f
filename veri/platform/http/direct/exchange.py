"""What a direct endpoint takes and gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from corsheaders.middleware import CorsMiddleware
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from rest_framework.request import Request

from veri.platform.http.middleware import SecurityHeadersMiddleware
from veri.platform.http.request_ids import choose_request_id

JSON = "application/json"
# A browser's, an idempotent, or an unusual request: Django's own handler knows what each asks for.
_LEFT_TO_DJANGO = frozenset(
    {b"origin", b"cookie", b"idempotency-key", b"expect", b"transfer-encoding", b"content-encoding", b"range"}
)
_PASSED_ON = {
    b"host": "HTTP_HOST",
    b"x-forwarded-for": "HTTP_X_FORWARDED_FOR",
    b"x-forwarded-proto": "HTTP_X_FORWARDED_PROTO",
    b"x-request-id": "HTTP_X_REQUEST_ID",
    b"authorization": "HTTP_AUTHORIZATION",
}


class Declined(Exception):
    """Raised by a direct endpoint that leaves a request to Django's handler; nothing has happened yet."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A whole answer; ``headers`` beside those every answer has."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


Endpoint = Callable[[Request, bytes], Reply]


def build_request(scope: Mapping[str, Any]) -> Request:
    """Return the request as DRF's own code reads it, without a body.

    Raises:
        Declined: for anything but a plain call by a program with a JSON body.
    """
    headers = dict(scope["headers"])
    content_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    accepted = headers.get(b"accept", b"*/*")
    if (
        scope["query_string"]
        or not _LEFT_TO_DJANGO.isdisjoint(headers)
        or len(headers) != len(scope["headers"])
        or content_type != JSON.encode()
        or accepted not in {b"*/*", JSON.encode()}
    ):
        raise Declined
    request = HttpRequest()
    request.method, request.path = scope["method"], scope["path"]
    request.path_info = request.path
    client = scope.get("client")
    request.META = {
        "REMOTE_ADDR": client[0] if client else "",
        "SERVER_NAME": "",
        "SERVER_PORT": "",
        "wsgi.url_scheme": scope["scheme"],
        **{name: headers[key].decode("latin-1") for key, name in _PASSED_ON.items() if key in headers},
    }
    must_redirect = settings.SECURE_SSL_REDIRECT and not request.is_secure()
    if must_redirect or not _is_host_allowed(request.META.get("HTTP_HOST", "")):
        raise Declined
    request.request_id = choose_request_id(incoming=request.META.get("HTTP_X_REQUEST_ID", ""))  # type: ignore[attr-defined]  # as RequestIdMiddleware does
    return Request(request)


def list_constant_headers(request: HttpRequest) -> tuple[tuple[bytes, bytes], ...]:
    """Return what the project's own middleware adds to every answer of the API, whatever is in it."""
    return _learn_headers(request.path, "https" if request.is_secure() else "http")


@cache
def _learn_headers(path: str, scheme: str) -> tuple[tuple[bytes, bytes], ...]:
    request = HttpRequest()
    request.path = request.path_info = path
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "443", "wsgi.url_scheme": scheme}
    if scheme == "https":
        request._get_scheme = lambda: "https"  # type: ignore[attr-defined]  # noqa: SLF001  behind a proxy META names it otherwise

    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    handler: Any = answer
    for middleware in (
        XFrameOptionsMiddleware,
        CorsMiddleware,
        SecurityHeadersMiddleware,
        CSPMiddleware,
        SecurityMiddleware,
    ):
        handler = middleware(handler)
    response = handler(request)
    own = {"content-type", "content-length"}
    return tuple((name.lower().encode(), value.encode()) for name, value in response.items() if name.lower() not in own)


@lru_cache(maxsize=256)
def _is_host_allowed(host: str) -> bool:
    request = HttpRequest()
    request.META = {"HTTP_HOST": host, "SERVER_NAME": "", "SERVER_PORT": "80"}
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
