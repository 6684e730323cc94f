"""Render the operator's pages and fragments, and refuse who lacks a permission."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

P = ParamSpec("P")


def render_page(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    """Return a page of the console with its sidebar and header."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]  # what the admin's own views do
    merged = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, template, merged, status=status)


def render_fragment(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Return the part of a page that is fetched again and again; the header tells it from a sign-in page."""
    response = HttpResponse(render_to_string(template, context, request=request))
    response["X-Console-Fragment"] = "1"
    response["Cache-Control"] = "no-store"
    return response


def require_permission(
    permission: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Refuse staff without a permission with a page that names it."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perm(permission):
                return render_refusal(request, permission)
            return view(request, *args, **kwargs)

        return checked

    return decorate


def render_refusal(request: HttpRequest, permission: str) -> HttpResponse:
    return render_page(request, "console/forbidden.html", title="Not allowed", status=403, permission=permission)


def explain_missing(request: HttpRequest, permission: str) -> str:
    """Return why a button is disabled for this user, or nothing."""
    return "" if request.user.has_perm(permission) else f"Your account lacks the permission {permission}."
