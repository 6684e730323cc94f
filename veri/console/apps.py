"""The console's apps: its own, and Django's admin with the console's site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AppConfig):
    name = "veri.console"
    label = "console"
    verbose_name = "Console"


class ConsoleAdminConfig(AdminConfig):
    """Takes the place of ``django.contrib.admin``; the theme must not put its own site there (``BasicAppConfig``)."""

    default_site = "veri.console.site.ConsoleSite"
