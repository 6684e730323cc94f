"""The base of Veri's own commands."""

from django.core.management.base import BaseCommand


class OperatorCommand(BaseCommand):
    """A command that starts quickly: Django's system checks load every page and belong to ``make check``."""

    requires_system_checks: list[str] = []
