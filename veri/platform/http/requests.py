"""From DRF's request to Django's, which middleware sees."""

from typing import Any

from django.http import HttpRequest


def unwrap_request(request: Any) -> HttpRequest:
    """Return the Django request below a DRF request, or the request itself."""
    found: HttpRequest = getattr(request, "_request", request)
    return found
