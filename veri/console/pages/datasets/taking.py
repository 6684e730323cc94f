"""Take a step: check the permission, say what it will do, ask for a reason, call one service."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from pymongo.errors import PyMongoError

from migration.errors import MigrationError
from migration.models import Dataset
from veri.console.rendering import render_page, render_refusal
from veri.console.status.trail import describe_latest_entry
from veri.console.steps import STEPS, Order, Outcome, Plan, Situation, Step, list_situations

ALL = "all"


def take_step(request: HttpRequest, dataset: str, step: str) -> HttpResponse:
    """Show the plan of a step, or take it when it was confirmed as it was shown."""
    found = STEPS.get(step)
    if found is None:
        raise Http404
    chosen = _choose(found, dataset)
    missing = [one for at in chosen for one in found.list_permissions(at) if not request.user.has_perm(one)]
    if missing:
        return render_refusal(request, missing[0])
    form = found.build_form(chosen[0], request.POST if request.method == "POST" else None)
    plan = _plan(found, chosen, form)
    if form.is_valid() and plan.token == request.POST.get("token", ""):
        return _take(request, found, chosen, form.cleaned_data)
    if form.is_valid():
        messages.warning(request, _explain_change(chosen[0].dataset))
    return _ask(request, found, chosen, form=form, plan=plan)


def _choose(step: Step, dataset: str) -> list[Situation]:
    now = timezone.now()
    is_all = dataset == ALL and step.is_for_all
    found = list_situations(now=now, dataset="" if is_all else dataset)
    if not found:
        raise Http404
    return found


def _plan(step: Step, chosen: list[Situation], form: forms.Form) -> Plan:
    """Return the plan; of several datasets the facts of each."""
    plans = [step.describe(at, form) for at in chosen]
    first = plans[0]
    facts = [fact for plan in plans for fact in plan.facts]
    token = "|".join(plan.token for plan in plans)
    return Plan(
        consequences=first.consequences,
        facts=facts,
        preview=first.preview,
        readings=first.readings,
        token=token.strip("|"),
    )


def _explain_change(dataset: Dataset) -> str:
    latest = describe_latest_entry(dataset)
    said = f" Latest: {latest}." if latest else ""
    return f"This is not what was shown before: look at the plan again, then confirm.{said}"


def _ask(request: HttpRequest, step: Step, chosen: list[Situation], *, form: forms.Form, plan: Plan) -> HttpResponse:
    blocks = [step.explain_blocked(at) for at in chosen]
    is_one = len(chosen) == 1
    label = step.get_label(chosen[0]) if is_one else step.label
    cancel = reverse("admin:dataset_page", args=[chosen[0].dataset.name]) if is_one else reverse("admin:reconciliation")
    return render_page(
        request,
        "console/confirm.html",
        title=f"{label}: {chosen[0].status.label if is_one else 'all datasets'}",
        form=form,
        facts=plan.facts,
        consequences=plan.consequences,
        preview=plan.preview,
        readings=plan.readings,
        hidden=[("token", plan.token)],
        blocked=blocks[0] if all(blocks) else "",
        submit=label,
        is_dangerous=step.is_dangerous,
        cancel_url=cancel,
    )


def _take(request: HttpRequest, step: Step, chosen: list[Situation], values: dict[str, Any]) -> HttpResponse:
    """Take the step on each dataset; datasets with the same outcome share one message."""
    outcomes: dict[Outcome, list[str]] = defaultdict(list)
    for at in chosen:
        outcomes[_take_one(request, step, at, values)].append(at.status.label)
    for outcome, labels in outcomes.items():
        tell = messages.success if outcome.is_done else messages.error
        tell(request, f"{step.label}, {', '.join(labels)}: {outcome.text}")
    if len(chosen) == 1:
        return HttpResponseRedirect(reverse("admin:dataset_page", args=[chosen[0].dataset.name]))
    done = sum(len(labels) for outcome, labels in outcomes.items() if outcome.is_done)
    messages.info(request, f"{step.label}: {done} done, {len(chosen) - done} skipped.")
    return HttpResponseRedirect(reverse("admin:reconciliation"))


def _take_one(request: HttpRequest, step: Step, at: Situation, values: dict[str, Any]) -> Outcome:
    if blocked := step.explain_blocked(at):
        return Outcome(is_done=False, text=f"skipped. {blocked}")
    try:
        return step.carry_out(Order(at=at, user=request.user, values=values))
    except MigrationError as refusal:
        return Outcome(is_done=False, text=f"refused. {refusal}")
    except PyMongoError as error:
        return Outcome(is_done=False, text=f"MongoDB is away ({type(error).__name__}). Nothing was changed.")
