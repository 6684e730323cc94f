"""``/health``: plain Django views, so that no authentication, session or throttle stands before them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from veri.platform.ops.health import get_readiness, is_deep_token
from veri.platform.ops.registry import run_deep_checks


@never_cache
@require_safe
def show_live(request: HttpRequest) -> JsonResponse:
    """Answer that this process answers; touches no store."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def show_ready(request: HttpRequest) -> JsonResponse:
    """Answer whether requests can be served: 503 without PostgreSQL or with migrations to apply."""
    readiness = get_readiness()
    return JsonResponse(_describe_readiness(), status=readiness.http_status)


@never_cache
@require_safe
def show_deep(request: HttpRequest) -> JsonResponse:
    """Answer with every check, for staff and for monitors that hold ``HEALTH_TOKEN``; 503 when one fails.

    Raises:
        PermissionDenied: for everybody else.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    allowed = scheme.lower() == "bearer" and is_deep_token(token)
    if not allowed and not (request.user.is_active and getattr(request.user, "is_staff", False)):
        raise PermissionDenied
    results = run_deep_checks()
    ready = _describe_readiness()
    ok = ready["status"] != "unavailable" and all(result.ok for result in results.values())
    checks = {name: {"ok": result.ok, **result.detail} for name, result in results.items()}
    body = {**ready, "status": ready["status"] if ok else "failing", "checks": checks}
    return JsonResponse(body, status=200 if ok else 503)


def _describe_readiness() -> dict[str, Any]:
    readiness = get_readiness()
    return {
        "status": readiness.status,
        "stores": {
            store.name: {"ok": store.ok, "latency_ms": store.latency_ms, "detail": store.detail}
            for store in readiness.stores
        },
        "unapplied_migrations": readiness.unapplied_migrations,
    }
