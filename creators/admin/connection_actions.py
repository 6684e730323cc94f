"""Disconnect, or read now: what staff may do with connections."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from creators.errors import ConnectionNotActive
from creators.models import PlatformConnection
from migration.admin.reasons import ReasonForm, render_action_form

MOST_AT_ONCE = 20
Rows = QuerySet[PlatformConnection]


def ask_disconnect(admin: ModelAdmin[Any], request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Ask for a reason, then disconnect; at most twenty, for each platform is asked over HTTP."""
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        _disconnect(admin, request, rows, form.cleaned_data["reason"])
        return None
    return render_action_form(
        admin=admin,
        request=request,
        rows=rows,
        form=form,
        action="disconnect_selected",
        title="Disconnect accounts",
        submit="Disconnect",
        is_dangerous=True,
        facts=[("Connections chosen", rows.count())],
        consequences=[
            "The tokens are deleted at once, and the platforms are asked to end the grants.",
            "What was read stays. The creators can connect again.",
        ],
    )


def _disconnect(admin: ModelAdmin[Any], request: HttpRequest, rows: Rows, reason: str) -> None:
    from creators.services.connections.revoking import disconnect  # loads social-core

    chosen = list(rows.order_by("pk"))
    asked = [
        disconnect(connection=one, acting_user=request.user, reason=reason, now=timezone.now())
        for one in chosen[:MOST_AT_ONCE]
    ]
    text = f"{len(asked)} disconnected, {len(chosen) - len(asked)} skipped; {sum(asked)} platforms confirmed."
    admin.message_user(request, text, messages.SUCCESS)


def read_connections(admin: ModelAdmin[Any], request: HttpRequest, rows: Rows) -> None:
    """Let the chosen connections be read by a worker; those that are not active are skipped."""
    from creators.services.sync.asking import ask_for_sync  # loads the clients

    asked = skipped = 0
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        try:
            ask_for_sync(connection_id=pk, now=timezone.now())
            asked += 1
        except ConnectionNotActive:
            skipped += 1
    admin.message_user(request, f"{asked} will be read, {skipped} skipped: not active.", messages.SUCCESS)
