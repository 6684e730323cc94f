"""The dashboard's live part."""

from django.http import HttpRequest, HttpResponse

from veri.console.dashboard import collect_sections
from veri.console.rendering import render_fragment


def show_fragment(request: HttpRequest) -> HttpResponse:
    return render_fragment(request, "console/dashboard.html", **collect_sections(request))
