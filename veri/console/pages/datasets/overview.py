"""The migration at a glance: a card per dataset."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from migration.admin.queueing import is_any_worker_alive
from veri.console.rendering import render_fragment, render_page, require_permission
from veri.console.status.datasets import describe_card
from veri.console.status.processes import RELAY, list_processes
from veri.console.steps import STEPS, Situation, Step, list_situations
from veri.console.steps.step import explain_missing_permissions

SEE = "migration.view_dataset"


@require_permission(SEE)
def list_datasets(request: HttpRequest) -> HttpResponse:
    return render_page(request, "console/datasets_page.html", title="Migration", **_collect(request))


@require_permission(SEE)
def show_overview_fragment(request: HttpRequest) -> HttpResponse:
    return render_fragment(request, "console/datasets.html", **_collect(request))


def _collect(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    situations = list_situations(now=now)
    relay = next(one for one in list_processes(now=now) if one.name == RELAY)
    return {
        "cards": [describe_card(one, user=request.user, with_steps=True) for one in situations],
        "is_worker_silent": not is_any_worker_alive(now=now),
        "silent_relay": "" if relay.is_alive else relay.age,
        "for_all": [_describe_for_all(step, situations, request.user) for step in STEPS.values() if step.is_for_all],
    }


def _describe_for_all(step: Step, situations: list[Situation], user: Any) -> dict[str, str]:
    """Return a button that takes a step on every dataset that is ready for it."""
    blocks = [explain_missing_permissions(step, at=at, user=user) or step.explain_blocked(at) for at in situations]
    missing = explain_missing_permissions(step, at=situations[0], user=user) if situations else ""
    return {
        "step": step.name,
        "label": f"{step.label} all",
        "url": reverse("admin:dataset_step", args=["all", step.name]),
        "blocked": missing or ("" if not all(blocks) else "No dataset is ready for it."),
    }
