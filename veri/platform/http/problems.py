"""RFC 9457 problems: the names other rooms use, and DRF's exception handler."""

from typing import Any

import structlog
from django.http import HttpRequest
from rest_framework.views import set_rollback

from veri.platform.http.conversion import build_unavailable, convert_exception
from veri.platform.http.problem_types import (
    CONFLICT,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    NOT_FOUND,
    PERMISSION_DENIED,
    RATE_LIMITED,
    STORE_UNAVAILABLE,
    UNPROCESSABLE,
    Problem,
    ProblemError,
    ProblemKind,
    ProblemResponse,
    get_kind_for_status,
)
from veri.platform.http.requests import unwrap_request

__all__ = [
    "CONFLICT",
    "INTERNAL_ERROR",
    "INVALID_REQUEST",
    "MALFORMED_REQUEST",
    "NOT_FOUND",
    "PERMISSION_DENIED",
    "RATE_LIMITED",
    "STORE_UNAVAILABLE",
    "UNPROCESSABLE",
    "Problem",
    "ProblemError",
    "ProblemKind",
    "ProblemResponse",
    "add_violated_policies",
    "build_unavailable",
    "convert_exception",
    "get_kind_for_status",
    "handle_exception",
]
logger = structlog.get_logger(__name__)


def handle_exception(exc: Exception, context: dict[str, Any]) -> ProblemResponse | None:
    """Answer a view's exception with a problem; ``None`` (a defect) lets ProblemMiddleware log it and answer 500."""
    problem = convert_exception(exc)
    if problem is None:
        return None
    set_rollback()
    request = unwrap_request(context.get("request"))
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
