"""Addresses of the operator's pages, below ``/admin/`` and under the site's name."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path

from veri.console.pages import dashboard, flags, reconciliation, usage

View = Callable[..., HttpResponse]


def build_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages, each for signed-in staff only; finer permissions are the pages' own."""

    def page(route: str, view: Any, name: str) -> URLPattern:
        found: URLPattern = path(route, site.admin_view(view), name=name)
        return found

    return [
        page("live/dashboard/", dashboard.show_fragment, "dashboard_live"),
        page("flags/", flags.list_flags, "flags"),
        page("flags/live/", flags.show_fragment, "flags_live"),
        page("flags/<str:name>/<str:value>/", flags.switch_flag, "flag_switch"),
        page("reconciliation/", reconciliation.list_datasets, "reconciliation"),
        page("reconciliation/live/", reconciliation.show_fragment, "reconciliation_live"),
        page("reconciliation/<str:dataset>/<str:step>/", reconciliation.take_step, "dataset_step"),
        page("usage/", usage.show_usage, "usage"),
    ]
