"""The admin site of the console: the theme's, with the operator's pages."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from veri.console.navigation import build_navigation


class ConsoleSite(UnfoldAdminSite):
    index_title = "Dashboard"
    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        from veri.console.urls import build_urls  # pages import models, which are loaded by now

        return build_urls(self)

    def login(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for the second factor where the password alone is not enough, else sign in as ever."""
        if not request.user.is_authenticated and request.half_signed_in_user is not None:
            return HttpResponseRedirect(reverse("admin:second_factor"))
        response: HttpResponse = super().login(request, extra_context)
        return response

    def get_app_list(self, request: Any, app_label: str | None = None) -> Any:
        """Return the models by app, found out when they are looked at: most pages show only our own sidebar."""
        return SimpleLazyObject(lambda: super(ConsoleSite, self).get_app_list(request, app_label))

    def get_sidebar_list(self, request: Any) -> list[dict[str, Any]]:
        """Return our sidebar as it is: nothing in it is a callback the theme would have to resolve."""
        return build_navigation(request)

    def each_context(self, request: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        context["site_url"] = None  # the service has no public front page to go to
        return context
