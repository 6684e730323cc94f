"""Usage: what the month cost, by service and by creator, against the budgets."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from billing.admin.money import format_usd
from billing.queries.budgets import SHOWN_CREATORS, list_creator_usage
from billing.queries.usage import get_usage_report
from veri.console.rendering import render_page, require_permission
from veri.console.status.costs import list_budget_bars


@require_permission("billing.view_usageevent")
def show_usage(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    report = get_usage_report(creator_ids=None, at=now)
    return render_page(
        request,
        "console/usage.html",
        title="Usage",
        report=report,
        total=format_usd(report.cost_micro_usd),
        services=[(one, format_usd(one.cost_micro_usd)) for one in report.services],
        creators=[(one, format_usd(one.cost_micro_usd)) for one in list_creator_usage(at=now)],
        shown_creators=SHOWN_CREATORS,
        budgets=list_budget_bars(at=now),
    )
