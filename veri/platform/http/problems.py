"""RFC 9457 problems: the names other rooms use, and DRF's exception handler."""

from typing import Any

import structlog
from django.http import HttpRequest
from rest_framework.views import set_rollback

from veri.platform.http.conversion import build_unavailable as build_unavailable
from veri.platform.http.conversion import convert_exception as convert_exception
from veri.platform.http.problem_types import CONFLICT as CONFLICT
from veri.platform.http.problem_types import INTERNAL_ERROR as INTERNAL_ERROR
from veri.platform.http.problem_types import INVALID_REQUEST as INVALID_REQUEST
from veri.platform.http.problem_types import MALFORMED_REQUEST as MALFORMED_REQUEST
from veri.platform.http.problem_types import NOT_FOUND as NOT_FOUND
from veri.platform.http.problem_types import PERMISSION_DENIED as PERMISSION_DENIED
from veri.platform.http.problem_types import RATE_LIMITED as RATE_LIMITED
from veri.platform.http.problem_types import STORE_UNAVAILABLE as STORE_UNAVAILABLE
from veri.platform.http.problem_types import UNPROCESSABLE as UNPROCESSABLE
from veri.platform.http.problem_types import Problem as Problem
from veri.platform.http.problem_types import ProblemError as ProblemError
from veri.platform.http.problem_types import ProblemKind as ProblemKind
from veri.platform.http.problem_types import ProblemResponse as ProblemResponse
from veri.platform.http.problem_types import get_kind_for_status as get_kind_for_status

logger = structlog.get_logger(__name__)


def handle_exception(exc: Exception, context: dict[str, Any]) -> ProblemResponse | None:
    """Answer a view's exception with a problem; ``None`` (a defect) lets ProblemMiddleware log it and answer 500."""
    problem = convert_exception(exc)
    if problem is None:
        return None
    set_rollback()
    request = _get_django_request(context.get("request"))
    if problem.kind == STORE_UNAVAILABLE:
        logger.warning("store_unavailable", error=type(exc).__name__, detail=problem.detail)
    return ProblemResponse(problem=add_violated_policies(problem, request=request), request=request)


def add_violated_policies(problem: Problem, *, request: HttpRequest | None) -> Problem:
    """Name the rate limits a 429 stems from, as the RateLimit header draft asks."""
    decisions = getattr(request, "rate_limit_decisions", [])
    violated = [decision.limit.scope for decision in decisions if not decision.allowed]
    if problem.kind != RATE_LIMITED or not violated:
        return problem
    return Problem(
        kind=problem.kind,
        detail=problem.detail,
        headers=problem.headers,
        extensions={**problem.extensions, "violated-policies": violated},
    )


def _get_django_request(request: Any) -> HttpRequest | None:
    return getattr(request, "_request", request)
