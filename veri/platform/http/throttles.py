"""DRF's door to the rate limits: per address, per user or key, and per declared scope of a view."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from veri.platform.http.clients import get_client_network
from veri.platform.http.rate_limits import Limit, build_limit, consume, get_plan_limit, is_exempt
from veri.platform.http.requests import unwrap_request

if TYPE_CHECKING:  # DRF's views import this module while they load
    from rest_framework.views import APIView


class ScopeThrottle(BaseThrottle):
    """Count a request against its client's limit and, where the view declares ``throttle_scope``, that scope's."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        django_request: HttpRequest = unwrap_request(request)
        if is_exempt(django_request.path):
            return True
        decisions = consume(limits=build_limits(request, getattr(view, "throttle_scope", "")))
        django_request.rate_limit_decisions = decisions  # type: ignore[attr-defined]  # read by RateLimitMiddleware
        self._wait = max((float(d.reset) for d in decisions if not d.allowed), default=0.0)
        return all(decision.allowed for decision in decisions)

    def wait(self) -> float | None:
        return self._wait or None


def build_limits(request: Request, scope: str) -> list[Limit]:
    """Return the limits a signed-in or anonymous client's request counts against."""
    address = get_client_network(unwrap_request(request))
    client = _get_client(request)
    own = (
        build_limit(scope="plan", client=client, rate=get_plan_limit(request))
        if client
        else build_limit(scope="anonymous", client=address)
    )
    return [own, build_limit(scope=scope, client=client or address)] if scope else [own]


def _get_client(request: Request) -> str:
    """Return the signed-in client: an API key counts by itself, everything else by user."""
    if prefix := getattr(request.auth, "prefix", ""):
        return f"key-{prefix}"
    return f"user-{request.user.pk}" if request.user.is_authenticated else ""
