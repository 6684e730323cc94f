"""The console's apps: its own, and Django's admin with the console's site."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.core import checks
from django.urls import get_resolver


class ConsoleConfig(AppConfig):
    name = "veri.console"
    label = "console"
    verbose_name = "Console"

    def ready(self) -> None:
        checks.register(load_pages)


class ConsoleAdminConfig(SimpleAdminConfig):
    """Takes the place of ``django.contrib.admin``; the theme must not put its own site there (``BasicAppConfig``).

    Its pages are loaded with the addresses, in ``veri.urls``: only processes that answer requests need them, and they
    take a third of a start.
    """

    default_site = "veri.console.site.ConsoleSite"


def load_pages(**_unused: Any) -> list[checks.CheckMessage]:
    """Load every page before the admin's own checks look at them."""
    list(get_resolver().url_patterns)
    return []
