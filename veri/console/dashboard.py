"""The console's first page."""

from typing import Any

from django.http import HttpRequest


def build_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context
