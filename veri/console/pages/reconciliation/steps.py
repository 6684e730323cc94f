"""Steps on a dataset: each checks its permission, says what it will do, asks for a reason and calls one service."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from migration.errors import MigrationError
from migration.queries.status import DatasetStatus, list_dataset_statuses
from veri.console.pages.reconciliation.actions import Outcome, carry_out
from veri.console.pages.reconciliation.forms import build_form
from veri.console.pages.reconciliation.plans import describe_plan
from veri.console.rendering import render_page, render_refusal
from veri.console.status.datasets import STEP_LABELS, STEP_PERMISSIONS, list_step_buttons

ALL = "all"
STEPS_FOR_ALL = ("backfill", "check_parity")


def take_step(request: HttpRequest, dataset: str, step: str) -> HttpResponse:
    """Show the plan of a step, or take it when it was confirmed with a reason."""
    if step not in STEP_PERMISSIONS:
        raise Http404
    if not request.user.has_perm(STEP_PERMISSIONS[step]):
        return render_refusal(request, STEP_PERMISSIONS[step])
    chosen = _choose(dataset, step)
    form = build_form(step=step, dataset=dataset, data=request.POST if request.method == "POST" else None)
    plan = describe_plan(step=step, statuses=chosen)
    if form.is_valid() and plan.token == request.POST.get("token", ""):
        return _take(request, chosen, step, form.cleaned_data["reason"])
    if form.is_valid():
        messages.warning(request, "Things have changed since this page was opened: look at the plan again.")
    return _ask(request, dataset, step, chosen, form=form, plan=plan)


def _choose(dataset: str, step: str) -> list[DatasetStatus]:
    statuses = list_dataset_statuses(now=timezone.now())
    if dataset == ALL and step in STEPS_FOR_ALL:
        return statuses
    found = [status for status in statuses if status.dataset.name == dataset]
    if not found:
        raise Http404
    return found


def _ask(
    request: HttpRequest, dataset: str, step: str, chosen: list[DatasetStatus], *, form: Any, plan: Any
) -> HttpResponse:
    reasons = [_get_blocked(request, status, step) for status in chosen]
    return render_page(
        request,
        "console/confirm.html",
        title=f"{STEP_LABELS[step]}: {'all datasets' if dataset == ALL else chosen[0].label}",
        form=form,
        facts=plan.facts,
        consequences=plan.consequences,
        preview=plan.preview,
        hidden=[("token", plan.token)],
        blocked=reasons[0] if all(reasons) else "",
        submit=STEP_LABELS[step],
        is_dangerous=step == "roll_back",
        cancel_url=reverse("admin:reconciliation"),
    )


def _get_blocked(request: HttpRequest, status: DatasetStatus, step: str) -> str:
    buttons = list_step_buttons(request, status=status, now=timezone.now())
    return next(button.blocked for button in buttons if button.step == step)


def _take(request: HttpRequest, chosen: list[DatasetStatus], step: str, reason: str) -> HttpResponse:
    """Take the step on each dataset; datasets with the same outcome share one message."""
    outcomes: dict[Outcome, list[str]] = defaultdict(list)
    for status in chosen:
        outcomes[_take_one(request, status, step, reason)].append(status.label)
    for outcome, labels in outcomes.items():
        tell = messages.success if outcome.is_done else messages.error
        tell(request, f"{STEP_LABELS[step]}, {', '.join(labels)}: {outcome.text}")
    if len(chosen) > 1:
        done = sum(len(labels) for outcome, labels in outcomes.items() if outcome.is_done)
        messages.info(request, f"{STEP_LABELS[step]}: {done} done, {len(chosen) - done} skipped.")
    return HttpResponseRedirect(reverse("admin:reconciliation"))


def _take_one(request: HttpRequest, status: DatasetStatus, step: str, reason: str) -> Outcome:
    if blocked := _get_blocked(request, status, step):
        return Outcome(is_done=False, text=f"skipped. {blocked}")
    try:
        return carry_out(request=request, step=step, status=status, reason=reason)
    except MigrationError as refusal:
        return Outcome(is_done=False, text=f"refused. {refusal}")
