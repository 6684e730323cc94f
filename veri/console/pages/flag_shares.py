"""For which creators a flag holds: its percentage, its lists, its rollout plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from migration.admin.reasons import ReasonForm
from migration.enums import Flag
from migration.errors import MigrationError
from migration.models import FeatureFlag, RolloutPlan
from migration.services.flags import set_flag_share
from migration.services.rollouts import cancel_rollout, plan_rollout
from veri.console.rendering import render_page, require_permission
from veri.console.status.flags import PERMISSION
from veri.console.steps.rollouts import list_plan_consequences, preview_steps
from veri.console.steps.share_words import as_typed, count_reached, get_share, say_share
from veri.console.steps.shares import RolloutForm, ShareForm
from veri.console.steps.step import Plan

CHANGED = "This is not what was shown before: look at it again, then confirm."


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A form with its plan, and what is done with the form's values once it is confirmed."""

    title: str
    submit: str
    form: ReasonForm
    plan: Plan
    act: Callable[[dict[str, Any]], str]
    blocked: str = ""


@require_permission(PERMISSION)
def set_share(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a percentage and two lists; what was changed is shown before it holds."""
    stored = _find(name)
    now = get_share(stored) if stored else {"percent": 100, "allowed": [], "denied": []}
    form = ShareForm(request.POST if request.method == "POST" else None, initial=as_typed(now))
    asked = form.get_share() or now
    reached = f"{say_share(asked)}: {count_reached(asked, salt=name)}"

    def act(values: dict[str, Any]) -> str:
        share = {key: values[key] for key in now}
        set_flag_share(name=name, **share, actor=request.user, reason=values["reason"], now=timezone.now())
        return f"{name}: {say_share(share)}, while it is on."

    plan = Plan(
        facts=[("Now", say_share(now)), ("Then", reached)],
        consequences=[
            "While the flag is on it holds for this share of the creators' cohorts and for those under Always.",
            "It never holds for those under Never. Every process follows within two seconds.",
        ],
        token=f"{now}:{asked}",
    )
    return _serve(request, _Page(title=f"Share of {name}", submit="Set share", form=form, plan=plan, act=act))


@require_permission(PERMISSION)
def plan_flag_rollout(request: HttpRequest, name: str) -> HttpResponse:
    """Write by which steps a flag reaches every creator."""
    stored, open_plan = _find(name), _find_plan(name)
    form = RolloutForm(request.POST if request.method == "POST" else None)
    steps = form.list_steps(now=timezone.now())

    def act(values: dict[str, Any]) -> str:
        plan_rollout(flag=name, steps=steps, actor=request.user, reason=values["reason"], now=timezone.now())
        return f"{name}: a rollout of {len(steps)} steps is planned."

    plan = Plan(
        facts=[("Now", say_share(get_share(stored)) if stored else "its default")],
        consequences=list_plan_consequences(steps, is_replacing=open_plan is not None),
        preview=preview_steps(steps),
        token=f"{open_plan.pk if open_plan else ''}:{form.build_token()}",
    )
    blocked = "" if stored else "Nothing is stored for it yet: switch it or set its share first."
    page = _Page(title=f"Rollout of {name}", submit="Plan rollout", form=form, plan=plan, act=act, blocked=blocked)
    return _serve(request, page)


@require_permission(PERMISSION)
def end_flag_rollout(request: HttpRequest, name: str) -> HttpResponse:
    """End a flag's open plan where it stands."""
    _find(name)
    open_plan = _find_plan(name)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act(values: dict[str, Any]) -> str:
        is_done = open_plan is not None and cancel_rollout(
            plan_id=open_plan.pk, actor=request.user, reason=values["reason"], now=timezone.now()
        )
        return f"{name}: its rollout {'is' if is_done else 'had been'} ended."

    plan = Plan(
        consequences=["No further step is taken; the percentage stays."], token=str(open_plan.pk if open_plan else "")
    )
    blocked = "" if open_plan else "There is no open plan."
    page = _Page(title=f"End rollout of {name}", submit="End rollout", form=form, plan=plan, act=act, blocked=blocked)
    return _serve(request, page)


def _find(name: str) -> FeatureFlag | None:
    if name not in Flag.values:
        raise Http404
    return FeatureFlag.objects.filter(name=name).first()


def _find_plan(name: str) -> RolloutPlan | None:
    return RolloutPlan.objects.filter(flag=name, dataset=None, finished_at=None).first()


def _serve(request: HttpRequest, page: _Page) -> HttpResponse:
    """Act when the form was confirmed as it was shown, else show it."""
    if page.form.is_valid() and not page.blocked:
        if page.plan.token == request.POST.get("token", ""):
            return _act(request, page)
        messages.warning(request, CHANGED)
    return render_page(
        request,
        "console/confirm.html",
        title=page.title,
        form=page.form,
        facts=page.plan.facts,
        consequences=page.plan.consequences,
        preview=page.plan.preview,
        hidden=[("token", page.plan.token)],
        blocked=page.blocked,
        submit=page.submit,
        cancel_url=reverse("admin:flags"),
    )


def _act(request: HttpRequest, page: _Page) -> HttpResponse:
    try:
        messages.success(request, page.act(page.form.cleaned_data))
    except MigrationError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("admin:flags"))
