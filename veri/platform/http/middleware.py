"""Request ids, security headers, problems for what views do not catch, and the limits outside of DRF."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from veri.platform.http.clients import get_client_network
from veri.platform.http.error_views import wants_problem
from veri.platform.http.problems import (
    INTERNAL_ERROR,
    RATE_LIMITED,
    Problem,
    ProblemResponse,
    add_violated_policies,
    convert_exception,
    get_kind_for_status,
)
from veri.platform.http.rate_limits import Decision, build_headers, build_limit, consume, is_exempt
from veri.platform.http.request_ids import choose_request_id
from veri.platform.http.sign_ins import is_half_signed_in

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"
# Swagger UI sets inline styles; its scripts come from our own origin (the split view).
DOCS_CONTENT_SECURITY_POLICY = {"style-src": ["'self'", "'unsafe-inline'"]}
logger = structlog.get_logger(__name__)


class RequestIdMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.clear_contextvars()
        request_id = choose_request_id(incoming=request.META.get("HTTP_X_REQUEST_ID", ""))
        request.request_id = request_id  # type: ignore[attr-defined]  # read by problems, audit entries and logs
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self._get_response(request)
        response["X-Request-ID"] = request_id
        return response


class HalfSignedInMiddleware:
    """Let a session that lacks its second factor count as nobody's; the page that asks for it finds the user apart."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.user
        request.half_signed_in_user = None  # type: ignore[attr-defined]  # the console's page reads it
        admitted: Any = SimpleLazyObject(lambda: _admit(request, given))
        request.user = admitted
        return self._get_response(request)


def _admit(request: HttpRequest, user: Any) -> Any:
    if user.is_authenticated and is_half_signed_in(user=user, session=request.session):
        request.half_signed_in_user = user  # type: ignore[attr-defined]  # same
        return AnonymousUser()
    return user


class SecurityHeadersMiddleware:
    """Add Permissions-Policy and loosen the content policy where a page needs it; must run inside CSPMiddleware."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if policy := _get_page_policy(request.path):
            response._csp_replace = policy  # type: ignore[attr-defined]  # noqa: SLF001  what django-csp's decorators set
        if request.path.startswith("/api/") and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
            patch_vary_headers(response, ["Authorization", "Cookie"])
        return response


def _get_page_policy(path: str) -> dict[str, list[str]]:
    if path == "/admin" or path.startswith("/admin/"):
        found: dict[str, list[str]] = settings.ADMIN_CONTENT_SECURITY_POLICY
        return found
    return DOCS_CONTENT_SECURITY_POLICY if path.startswith("/api/docs") else {}


class ProblemMiddleware:
    """Answer programs with problems, whatever went wrong below; defects are logged and never described."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code < HTTPStatus.BAD_REQUEST or not wants_problem(request) or not _is_page(response):
            return response
        return _replace_page(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not wants_problem(request):
            return None
        problem = convert_exception(exception)
        if problem is None:
            logger.error("request_failed", path=request.path, exc_info=exception)
            problem = Problem(kind=INTERNAL_ERROR)
        return ProblemResponse(problem=problem, request=request)


def _is_page(response: HttpResponseBase) -> bool:
    """Tell whether an error is Django's HTML or empty default rather than something a view composed."""
    return not response.streaming and response.get("Content-Type", "").startswith(("text/html", "text/plain"))


def _replace_page(request: HttpRequest, response: HttpResponseBase) -> ProblemResponse:
    kept = {name: response[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if response.has_header(name)}
    problem = Problem(kind=get_kind_for_status(response.status_code), headers=kept)
    replaced = ProblemResponse(problem=problem, request=request)
    replaced.status_code = response.status_code
    replaced.cookies = response.cookies
    return replaced


class RateLimitMiddleware:
    """Guard against spikes per client, limit what is not DRF's, and put the limits on every response they concern."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_exempt(request.path):
            return self._get_response(request)
        client = get_client_network(request)
        decisions = consume(limits=[build_limit(scope=scope, client=client) for scope in _get_scopes(request)])
        if not all(decision.allowed for decision in decisions):
            return _refuse(request, decisions)
        response = self._get_response(request)
        counted = getattr(request, "rate_limit_decisions", [])
        if response.status_code == HTTPStatus.UNAUTHORIZED and not counted:
            counted = consume(limits=[build_limit(scope="anonymous", client=client)])
            if not counted[0].allowed:
                return _refuse(request, counted)
        return _add_headers(response, counted or [d for d in decisions if d.limit.scope != "spike"])


def _get_scopes(request: HttpRequest) -> list[str]:
    return ["spike", "auth"] if request.method == "POST" and request.path == _get_login_path() else ["spike"]


def _get_login_path() -> str:
    try:
        return reverse("admin:login")
    except NoReverseMatch:
        return ""


def _refuse(request: HttpRequest, decisions: list[Decision]) -> HttpResponseBase:
    request.rate_limit_decisions = decisions  # type: ignore[attr-defined]  # names the violated policies
    wait = max(decision.reset for decision in decisions if not decision.allowed)
    problem = Problem(
        kind=RATE_LIMITED,
        detail=f"Expected available in {wait} seconds.",
        headers={"Retry-After": str(wait)},
    )
    response = ProblemResponse(problem=add_violated_policies(problem, request=request), request=request)
    return _add_headers(response, decisions)


def _add_headers(response: HttpResponseBase, decisions: list[Any]) -> HttpResponseBase:
    for name, value in build_headers(decisions=decisions).items() if decisions else ():
        response[name] = value
    return response
