"""The console's theme: django-unfold."""

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Veri",
    "SITE_HEADER": "Veri console",
    "SITE_SYMBOL": "neurology",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "veri.console.dashboard.build_dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "veri.console.navigation.build_navigation",
    },
}
