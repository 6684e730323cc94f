from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "veri.console"
    label = "console"
    verbose_name = "Console"
