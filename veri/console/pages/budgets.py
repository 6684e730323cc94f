"""Budgets: what is left of each, what was told, and the switches that stop and resume spending."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from billing.enums import Service
from billing.models import EVERYTHING
from billing.queries.costs import list_notices, list_spikes
from billing.queries.stops import list_stops
from billing.services.budgets.stops import set_spending_stop
from memory.clients.models.breaker import describe_breaker
from memory.services.breakers import reset_breaker as close_breaker
from memory.services.model_routes import list_configured
from migration.admin.reasons import ReasonForm
from veri.console.rendering import explain_missing, render_page, require_permission
from veri.console.status.costs import describe_spike, list_budget_bars

SEE, CHANGE = "billing.view_allowance", "billing.change_allowance"
VALUES = {"stop": True, "allow": False}
# What is asked before it is used; storage, X and mails are metered afterwards, a switch would stop nothing.
STOPPABLE = (Service.CLAUDE, Service.OPENAI, Service.VOYAGE)
SCOPES = {EVERYTHING: "every model", **{one.value: str(one.label) for one in STOPPABLE}}


@require_permission(SEE)
def show_budgets(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    stops = {one.scope: one for one in list_stops()}
    return render_page(
        request,
        "console/budget_page.html",
        title="Budgets",
        budgets=list_budget_bars(at=now),
        notices=list_notices(),
        spikes=[describe_spike(one) for one in list_spikes()],
        breakers=[describe_breaker(name) for name in list_configured()],
        switches=[(scope, title, stops.get(scope)) for scope, title in SCOPES.items()],
        blocked=explain_missing(request, CHANGE),
    )


@require_permission(CHANGE)
def switch_spending(request: HttpRequest, scope: str, value: str) -> HttpResponse:
    """Ask for a reason, then stop or allow what costs money."""
    if scope not in SCOPES or value not in VALUES:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        set_spending_stop(
            scope=scope,
            is_stopped=VALUES[value],
            acting_user=request.user,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        done = "stopped" if VALUES[value] else "allowed"
        messages.success(request, f"Spending on {SCOPES[scope]} is {done}; every process follows within two seconds.")
        return HttpResponseRedirect(reverse("admin:budgets"))
    return render_page(
        request,
        "console/confirm.html",
        title=f"{value.capitalize()} spending: {SCOPES[scope]}",
        form=form,
        consequences=_CONSEQUENCES[value],
        submit=value.capitalize(),
        is_dangerous=VALUES[value],
        cancel_url=reverse("admin:budgets"),
    )


@require_permission(CHANGE)
def reset_breaker(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a reason, then let a model's calls flow again."""
    if name not in list_configured():
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        close_breaker(name=name, acting_user=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        messages.success(request, f"{name} is asked again.")
        return HttpResponseRedirect(reverse("admin:budgets"))
    found = describe_breaker(name)
    return render_page(
        request,
        "console/confirm.html",
        title=f"Close the breaker of {name}",
        form=form,
        facts=[("State", found.state), ("Failures in a row", found.failures)],
        consequences=[
            "Calls of this model flow again at once, in every process.",
            "Five more failures in a row open it again.",
            "A spend limit that the provider reported is forgotten, and asked for again.",
        ],
        submit="Close the breaker",
        cancel_url=reverse("admin:budgets"),
    )


_CONSEQUENCES = {
    "stop": [
        "No new call that costs money is made; answers come from the evidence, marked degraded.",
        "Calls under way end and are metered.",
        "Storage, X and mails that were used already are still counted.",
    ],
    "allow": ["Calls are made again as far as their budgets have room."],
}
