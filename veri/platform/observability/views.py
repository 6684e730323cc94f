"""``GET /metrics`` for Prometheus."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from veri.platform.observability.exposition import render_metrics


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with every metric; stores that are away cost their samples, not the answer."""
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE_LATEST)
