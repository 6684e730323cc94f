"""Measure every request by its route: the template of the path, never the path itself."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from veri.platform.observability.metrics import HTTP_REQUEST_DURATION

UNMEASURED = ("/health", "/metrics", "/static")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(UNMEASURED):
            return self._get_response(request)
        started = time.perf_counter()
        response = self._get_response(request)
        HTTP_REQUEST_DURATION.labels(
            method=request.method if request.method in METHODS else "other",
            route=get_route(request),
            status=f"{response.status_code // 100}xx",
        ).observe(time.perf_counter() - started)
        return response


def get_route(request: HttpRequest) -> str:
    """Return the route template that matched, or ``unmatched``: raw paths would make labels without bound."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "unmatched"
