"""The flags: a table, and a switch that says what it will do and asks why."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from migration.admin.reasons import ReasonForm
from migration.enums import Flag
from migration.errors import MigrationError
from migration.queries.flag_consequences import list_flag_consequences
from migration.queries.flags import get_flag_state
from migration.services.flags import set_flag
from veri.console.rendering import render_fragment, render_page, require_permission
from veri.console.status.flags import PERMISSION, explain_blocked_switch, list_flag_rows

VALUES = {"on": True, "off": False}


@require_permission("migration.view_featureflag")
def list_flags(request: HttpRequest) -> HttpResponse:
    return render_page(request, "console/flags_page.html", title="Flags", rows=list_flag_rows(request))


@require_permission("migration.view_featureflag")
def show_fragment(request: HttpRequest) -> HttpResponse:
    return render_fragment(request, "console/flags.html", rows=list_flag_rows(request))


@require_permission(PERMISSION)
def switch_flag(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """Ask for a reason, then switch. Refusals of the service are shown where the operator stands."""
    if name not in Flag.values or value not in VALUES:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _switch(request, name, is_on=VALUES[value], reason=form.cleaned_data["reason"])
    state = get_flag_state(name)
    return render_page(
        request,
        "console/confirm.html",
        title=f"Switch {name} {value}",
        form=form,
        facts=[("Effective now", "on" if state.is_effective else "off"), ("Needs", state.needs or "nothing")],
        consequences=list_flag_consequences(name=name, is_on=VALUES[value], now=timezone.now()),
        blocked=explain_blocked_switch(state, turns_on=VALUES[value]),
        submit=f"Switch {value}",
        is_dangerous=not VALUES[value],
        cancel_url=reverse("admin:flags"),
    )


def _switch(request: HttpRequest, name: str, *, is_on: bool, reason: str) -> HttpResponse:
    try:
        state = set_flag(name=name, is_on=is_on, actor=request.user, reason=reason, now=timezone.now())
    except MigrationError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:flags"))
    effective = "on" if state.is_effective else "off"
    stored = "on" if is_on else "off"
    note = "" if effective == stored else f" It still reads {effective}: {state.blocked_by}."
    messages.success(request, f"{name} is switched {stored}; every process follows within two seconds.{note}")
    return HttpResponseRedirect(reverse("admin:flags"))
