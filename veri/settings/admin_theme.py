"""The console's theme: django-unfold."""

from typing import Any

from django.http import HttpRequest


def _find_icon(_request: HttpRequest) -> str:
    from django.templatetags.static import static  # needs settings

    return static("console/favicon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Veri",
    "SITE_HEADER": "Veri console",
    "SITE_SYMBOL": "neurology",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _find_icon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "veri.console.dashboard.build_dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
    },
}
