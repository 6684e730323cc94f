"""The browser's part of connecting an account: the one-time address, and where platforms send people back to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from creators.clients.client import CONNECTABLE
from creators.errors import PlatformNotConfigured, TicketRefused

COOKIE = "veri_connect"
COOKIE_SECONDS = 900
LONGEST_WORD = 4_000
BAD_REQUEST, NOT_FOUND, GONE = 400, 404, 410


@never_cache
@require_GET
def open_view(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser on to the platform's consent page; an address works once."""
    from creators.services.connections.tickets import open_ticket  # loads social-core, which few processes need

    try:
        opened = open_ticket(address=address, now=timezone.now())
    except TicketRefused as refusal:
        return _refuse(request, str(refusal), NOT_FOUND if refusal.reason == "unknown_link" else GONE)
    except PlatformNotConfigured as refusal:
        return _refuse(request, str(refusal), NOT_FOUND)
    response = HttpResponseRedirect(opened.address)
    # Lax: the platform's redirect back is a top-level GET, so the cookie comes along.
    response.set_cookie(
        COOKIE,
        opened.browser,
        max_age=COOKIE_SECONDS,
        path="/connect/",
        secure=settings.PUBLIC_URL.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


@never_cache
@require_GET
def callback_view(request: HttpRequest, platform: str) -> HttpResponse:
    """Take a platform's answer and send the browser back to the front end, or say what is wrong with the answer."""
    from creators.services.connections.completing import complete_connection  # same

    if platform not in CONNECTABLE:
        return _refuse(request, "There is no such platform.", NOT_FOUND)
    params = {name: str(value)[:LONGEST_WORD] for name, value in request.GET.items()}
    try:
        address = complete_connection(
            platform=platform, params=params, browser=request.COOKIES.get(COOKIE, ""), now=timezone.now()
        )
    except TicketRefused as refusal:
        return _refuse(request, str(refusal), BAD_REQUEST)
    response = HttpResponseRedirect(address)
    response["Referrer-Policy"] = "no-referrer"
    response.delete_cookie(COOKIE, path="/connect/")
    return response


def _refuse(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return render(request, "creators/connect_refused.html", {"text": text}, status=status)
