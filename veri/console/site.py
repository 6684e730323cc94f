"""The admin site of the console: the theme's, with the operator's pages."""

from typing import Any

from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    index_title = "Dashboard"
    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        from veri.console.urls import build_urls  # pages import models, which are loaded by now

        return build_urls(self)

    def each_context(self, request: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        context["site_url"] = None  # the service has no public front page to go to
        return context
