"""Render the operator's pages and fragments, and refuse who lacks a permission."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

View = TypeVar("View", bound=Callable[..., HttpResponse])


def render_page(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    """Return a page of the console with its sidebar and header."""
    request.current_app = admin.site.name
    merged = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, template, merged, status=status)


def render_fragment(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Return the part of a page that is fetched again and again; the header tells it from a sign-in page."""
    response = HttpResponse(render_to_string(template, context, request=request))
    response["X-Console-Fragment"] = "1"
    response["Cache-Control"] = "no-store"
    return response


def require_permission(permission: str) -> Callable[[View], View]:
    """Refuse staff without a permission with a page that names it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                return render_refusal(request, permission)
            return view(request, *args, **kwargs)

        return cast("View", checked)

    return decorate


def render_refusal(request: HttpRequest, permission: str) -> HttpResponse:
    return render_page(request, "console/forbidden.html", title="Not allowed", status=403, permission=permission)


def explain_missing(request: HttpRequest, permission: str) -> str:
    """Return why a button is disabled for this user, or nothing."""
    return "" if request.user.has_perm(permission) else f"Your account lacks the permission {permission}."
