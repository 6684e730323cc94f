"""The flags as a table: state, share, last change, rollout, and whether the switches may be used."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from migration.enums import FLAG_EFFECTS, Flag
from migration.models import FeatureFlag, RolloutPlan
from migration.queries.flags import FlagState, list_flag_states
from veri.console.formats import format_instant
from veri.console.rendering import explain_missing
from veri.console.steps.share_words import get_share, say_share

PERMISSION = "migration.change_featureflag"


@dataclass(frozen=True, kw_only=True)
class FlagRow:
    """A flag, what it does, its last change (None while the default applies) and its switches.

    ``share`` is empty while it holds for everybody. ``missing`` says which permission the user lacks.
    """

    state: FlagState
    label: str
    effect: str
    change: FeatureFlag | None
    share: str
    rollout: str
    held_because: str
    turns_on: bool
    switch_url: str
    blocked: str
    missing: str

    @property
    def is_wanted_in_vain(self) -> bool:
        """Tell whether somebody wants it on and something keeps it off."""
        return not self.turns_on and not self.state.is_effective


def list_flag_rows(request: HttpRequest) -> list[FlagRow]:
    """Return all flags with their switches, as this user may use them: four queries."""
    changes = {change.name: change for change in FeatureFlag.objects.all()}
    plans = RolloutPlan.objects.filter(dataset=None, finished_at=None).prefetch_related("steps")
    open_plans = {plan.flag: plan for plan in plans}
    missing = explain_missing(request, PERMISSION)
    return [
        _describe(state, changes.get(state.name), open_plans.get(state.name), missing) for state in list_flag_states()
    ]


def is_wanted(state: FlagState) -> bool:
    """Return what is stored, or the default while nothing is."""
    return state.default if state.stored is None else state.stored


def explain_blocked_switch(state: FlagState, *, turns_on: bool) -> str:
    """Return why a flag cannot be switched this way now, as the service would say it."""
    if not turns_on or not state.blocked_by:
        return ""
    if state.is_forced_off:
        return "Kept off by FLAGS_FORCED_OFF: change the environment and restart."
    return f"Needs {state.needs}, which is off: switch that on first."


def _describe(state: FlagState, change: FeatureFlag | None, plan: RolloutPlan | None, missing: str) -> FlagRow:
    turns_on = not is_wanted(state)
    value = "on" if turns_on else "off"
    share = say_share(get_share(change)) if change else ""
    return FlagRow(
        state=state,
        label=Flag(state.name).label,
        effect=FLAG_EFFECTS[state.name],
        change=change,
        share="" if change is None or _is_whole(change) else share,
        rollout=_say_plan(plan) if plan else "",
        held_because=plan.held_because if plan else "",
        turns_on=turns_on,
        switch_url=reverse("admin:flag_switch", args=[state.name, value]),
        blocked=missing or explain_blocked_switch(state, turns_on=turns_on),
        missing=missing,
    )


def _is_whole(change: FeatureFlag) -> bool:
    return change.percent == 100 and not change.allowed and not change.denied  # noqa: PLR2004  percent


def _say_plan(plan: RolloutPlan) -> str:
    """Return a plan's next step in words."""
    waiting = sorted((step for step in plan.steps.all() if step.reached_at is None), key=lambda step: step.percent)
    if not waiting:
        return f"plan {plan.pk}"
    last = waiting[-1]
    return f"next {waiting[0].percent} % not before {format_instant(waiting[0].not_before)}, up to {last.percent} %"
