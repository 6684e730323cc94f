"""The console's sidebar."""

from typing import Any

from django.http import HttpRequest


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return []
