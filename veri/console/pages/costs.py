"""Costs: what the month cost, by service, feature and creator, beside the targets and the providers' reports."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminFileFieldWidget

from billing.admin.money import format_usd
from billing.errors import ImportRefused
from billing.queries.budgets import SHOWN_CREATORS, list_creator_usage
from billing.queries.costs import CHART_DAYS, get_cost_overview
from billing.queries.projecting import TARGET_AT_SCALE
from billing.queries.reconciling import compare_providers
from billing.services.imports.prices import import_prices
from billing.services.imports.provider_costs import import_provider_costs
from migration.admin.reasons import ReasonForm
from veri.console.rendering import explain_missing, render_page, render_refusal, require_permission
from veri.console.status.costs import draw_costs, list_budget_bars

SEE = "billing.view_usageevent"
LARGEST_FILE = 16 * 1024 * 1024
_IMPORTS: dict[str, tuple[str, str, Callable[..., Any], list[str]]] = {
    "prices": (
        "Import prices",
        "billing.add_priceversion",
        import_prices,
        [
            "Columns: service, model, effective_from (UTC; empty is now) and prompt_above.",
            "US dollars per million tokens: input, output, cache_write_5m, cache_write_1h, cache_read; or units: unit.",
            "All lines are taken or none; a price that is negative, twice there, or nothing for what is paid refuses.",
            "What was metered keeps its price.",
        ],
    ),
    "report": (
        "Import a provider's cost report",
        "billing.add_providercost",
        import_provider_costs,
        [
            "Columns: day, service, model, cost_usd. All lines are taken or none.",
            "A line that was imported before is replaced.",
            "Days that differ from what was metered by more than 2 % are told once.",
        ],
    ),
}


class FileForm(ReasonForm):
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget, help_text="CSV with a header line, or a JSON list. UTF-8."
    )
    field_order = ("file", "reason")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("At most 16 MiB.")
        return file


@require_permission(SEE)
def show_costs(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    overview = get_cost_overview(at=now)
    since = (now - timedelta(days=CHART_DAYS)).date()
    return render_page(
        request,
        "console/costs.html",
        title="Costs",
        overview=overview,
        total=format_usd(overview.cost),
        a_creator="—" if overview.cost_a_creator is None else format_usd(overview.cost_a_creator),
        target=format_usd(TARGET_AT_SCALE),
        cache_hit_rate="—" if overview.cache_hit_rate is None else f"{overview.cache_hit_rate:.1%}",
        chart=draw_costs(overview, until=now),
        services=[(one, format_usd(one.cost_micro_usd)) for one in overview.services],
        features=[(one, format_usd(one.cost_micro_usd)) for one in overview.features],
        creators=[(one, format_usd(one.cost_micro_usd)) for one in list_creator_usage(at=now)],
        shown_creators=SHOWN_CREATORS,
        providers=[
            (one, format_usd(one.reported), format_usd(one.metered), f"{one.share:+.2%}")
            for one in compare_providers(since=since, until=now.date() + timedelta(days=1))
        ],
        budgets=list_budget_bars(at=now),
        imports=[
            (title, reverse("admin:costs_import", args=[kind]), explain_missing(request, permission))
            for kind, (title, permission, *_) in _IMPORTS.items()
        ],
    )


@require_permission(SEE)
def import_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for a file and a reason; every problem of the file is shown with its line, and nothing was taken."""
    if kind not in _IMPORTS:
        raise Http404
    title, permission, take, consequences = _IMPORTS[kind]
    if not request.user.has_perm(permission):
        return render_refusal(request, permission)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        content, reason = form.cleaned_data["file"].read(), form.cleaned_data["reason"]
        try:
            taken = take(content=content, acting_user=request.user, reason=reason, now=timezone.now())
        except ImportRefused as refusal:
            for problem in refusal.problems:
                form.add_error("file", problem)
        else:
            count = taken if isinstance(taken, int) else len(taken)
            messages.success(request, f"{count} lines were taken.")
            return HttpResponseRedirect(reverse("admin:costs"))
    return render_page(
        request,
        "console/confirm.html",
        title=title,
        form=form,
        consequences=consequences,
        submit="Import",
        cancel_url=reverse("admin:costs"),
    )
