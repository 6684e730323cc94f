"""``handler400/403/404/500`` for the URL configuration: problems for programs, plain pages for people."""

import sys
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from veri.platform.http.problems import (
    INTERNAL_ERROR,
    MALFORMED_REQUEST,
    NOT_FOUND,
    PERMISSION_DENIED,
    Problem,
    ProblemKind,
    ProblemResponse,
    convert_exception,
)

PROBLEM_PREFIXES = ("/api", "/webhooks", "/health", "/metrics")
logger = structlog.get_logger(__name__)


def wants_problem(request: HttpRequest) -> bool:
    """Tell whether errors of this path are read by programs."""
    return any(request.path == prefix or request.path.startswith(f"{prefix}/") for prefix in PROBLEM_PREFIXES)


def handle_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, exception, MALFORMED_REQUEST, lambda: defaults.bad_request(request, exception))


def handle_permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, exception, PERMISSION_DENIED, lambda: defaults.permission_denied(request, exception))


def handle_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, exception, NOT_FOUND, lambda: defaults.page_not_found(request, exception))


def handle_server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nothing else caught; Django calls this while the exception is being handled."""
    exception = sys.exc_info()[1]
    problem = convert_exception(exception) if exception else None
    if problem is None:
        logger.error("request_failed", path=request.path, exc_info=exception)
    if wants_problem(request):
        return ProblemResponse(problem=problem or Problem(kind=INTERNAL_ERROR), request=request)
    response = defaults.server_error(request)
    if problem and problem.kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response["Retry-After"] = problem.headers["Retry-After"]
    return response


def _respond(
    request: HttpRequest, exception: Exception, kind: ProblemKind, build_page: Callable[[], HttpResponse]
) -> HttpResponse:
    if not wants_problem(request):
        return build_page()
    return ProblemResponse(problem=convert_exception(exception) or Problem(kind=kind), request=request)
