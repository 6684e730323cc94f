"""What somebody sees whose sign-ins are locked out after too many failures."""

from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse

from veri.platform.http.error_views import wants_problem
from veri.platform.http.problems import RATE_LIMITED, Problem, ProblemResponse


def build_lockout_response(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *_: Any, **__: Any
) -> HttpResponse:
    """Return a 429 with the time after which signing in is possible again."""
    cool_off = get_cool_off(request)
    headers = {"Retry-After": str(int(cool_off.total_seconds()))} if cool_off else {}
    detail = "Signing in is locked after too many failures."
    if wants_problem(request):
        return ProblemResponse(problem=Problem(kind=RATE_LIMITED, detail=detail, headers=headers), request=request)
    return HttpResponse(detail, status=429, content_type="text/plain", headers=headers)
