"""A creator's public page: rendered here, without a script, and only while he allows it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from creators.handle_keys import HANDLE
from creators.queries.public_profiles import find_public_handle, get_public_profile

FRESH_SECONDS = 60  # how long a page may still be seen elsewhere after its creator withdrew
LONGEST_SUMMARY = 200  # characters


@cache_control(public=True, max_age=FRESH_SECONDS)
@require_safe
def profile_view(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a creator who consented; everybody else is not found, in the same words."""
    wanted = handle.lower()
    found = find_public_handle(handle=wanted) if HANDLE.fullmatch(wanted) else ""
    if not found:
        raise Http404
    if found != handle:
        return HttpResponsePermanentRedirect(reverse("profile", args=[found]))
    profile = get_public_profile(handle=found)
    summary = " ".join(profile.bio.split()) or f"{profile.name} on Veri"
    return render(
        request,
        "creators/profile.html",
        {
            "profile": profile,
            "summary": summary[: LONGEST_SUMMARY - 1] + "…" if len(summary) > LONGEST_SUMMARY else summary,
            "address": f"{settings.PUBLIC_URL.rstrip('/')}{request.path}",
        },
    )
