"""Addresses of the operator's pages, below ``/admin/`` and under the site's name."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path

from veri.console.pages import (
    budgets,
    campaigns,
    costs,
    dashboard,
    datasets,
    decay,
    evaluations,
    flag_shares,
    flags,
    learning,
    playground,
    second_factor,
    standing,
    usage,
)

View = Callable[..., HttpResponse]


def build_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages, each for signed-in staff only; finer permissions are the pages' own."""

    def page(route: str, view: Any, name: str) -> URLPattern:
        found: URLPattern = path(route, site.admin_view(view), name=name)
        return found

    return [
        page("live/dashboard/", dashboard.show_fragment, "dashboard_live"),
        page("flags/", flags.list_flags, "flags"),
        page("flags/live/", flags.show_fragment, "flags_live"),
        page("flags/<str:name>/share/", flag_shares.set_share, "flag_share"),
        page("flags/<str:name>/rollout/", flag_shares.plan_flag_rollout, "flag_rollout"),
        page("flags/<str:name>/rollout/end/", flag_shares.end_flag_rollout, "flag_rollout_end"),
        page("flags/<str:name>/<str:value>/", flags.switch_flag, "flag_switch"),
        page("datasets/", datasets.list_datasets, "reconciliation"),
        page("datasets/live/", datasets.show_overview_fragment, "reconciliation_live"),
        page("datasets/<str:dataset>/", datasets.show_dataset, "dataset_page"),
        page("datasets/<str:dataset>/live/", datasets.show_dataset_fragment, "dataset_live"),
        page("datasets/<str:dataset>/<str:step>/", datasets.take_step, "dataset_step"),
        page("decay/", decay.show_decay, "decay"),
        page("decay/preview/", decay.preview, "decay_preview"),
        page("decay/start/", decay.start, "decay_start"),
        page("standing/<int:creator_id>/", standing.show_standing, "creator_standing"),
        page("usage/", usage.show_usage, "usage"),
        page("costs/", costs.show_costs, "costs"),
        page("costs/import/<str:kind>/", costs.import_file, "costs_import"),
        page("budgets/", budgets.show_budgets, "budgets"),
        page("budgets/spending/<str:scope>/<str:value>/", budgets.switch_spending, "spending_switch"),
        page("budgets/breakers/<str:name>/close/", budgets.reset_breaker, "breaker_reset"),
        page("campaigns/", campaigns.show_board, "campaign_board"),
        page("collaborations/<int:collaboration_id>/", campaigns.show_collaboration, "collaboration_page"),
        page("collaborations/<int:collaboration_id>/<str:step>/", campaigns.take_step, "collaboration_step"),
        page("deliverables/<int:deliverable_id>/verify/", campaigns.force_verification, "deliverable_verification"),
        page("contracts/<int:contract_id>/", campaigns.show_contract, "contract_page"),
        page("contracts/<int:contract_id>/<str:kind>/", campaigns.download_document, "contract_file"),
        page("contract-texts/<int:template_id>/", campaigns.write_contract_text, "contract_text"),
        page("disputes/<int:dispute_id>/resolve/", campaigns.resolve, "dispute_resolve"),
        page("workflows/<int:template_id>/", campaigns.compose_workflow, "workflow_composer"),
        page("learning/", learning.show_learning, "learning"),
        page("evaluations/", evaluations.show_evaluations, "evaluations"),
        path("second-factor/", second_factor.show_second_factor, name="second_factor"),
        page("playground/", playground.show_playground, "playground"),
    ]
