"""Steps of the canary: set its share by hand, plan a rollout, end the plan."""

from typing import Any

from django import forms

from migration.enums import Flag, Stage
from migration.queries.steps import explain_rollout
from migration.services.rollouts import cancel_rollout, plan_rollout, set_canary_share
from migration.transitions import CUT_OVER
from veri.console.steps.rollouts import list_plan_consequences, preview_steps
from veri.console.steps.share_words import as_typed, count_reached, get_share, say_share
from veri.console.steps.shares import RolloutForm, ShareForm, build_steps
from veri.console.steps.situation import Situation
from veri.console.steps.step import Order, Outcome, Plan, Step


class SetCanary(Step):
    name, label = "set_canary", "Set share"
    hint = "Sets by hand which creators read MongoDB in canary, and who never does."
    permission = CUT_OVER

    def build_form(self, at: Situation, data: Any) -> forms.Form:
        form = ShareForm(data, initial=as_typed(get_share(at.dataset)))
        if at.dataset.stage != Stage.CANARY:
            form.fields["percent"].disabled = True
            form.fields["percent"].help_text = "Only while it is in canary."
        return form

    def explain_blocked(self, _at: Situation) -> str:
        return ""

    def describe(self, at: Situation, form: forms.Form) -> Plan:
        assert isinstance(form, ShareForm)  # noqa: S101  what build_form returned
        now = get_share(at.dataset)
        asked = form.get_share() or now
        ends = "The open rollout plan ends when the percentage changes." if at.open_plan else "There is no open plan."
        return Plan(
            facts=[("Now", say_share(now)), ("Then", f"{say_share(asked)}: {count_reached(asked)}")],
            consequences=[
                ends,
                "Creators under Always read MongoDB in canary whatever their cohort; those under Never do in no stage.",
                "Every process follows within two seconds.",
            ],
            token=f"{at.dataset.epoch}:{now}:{asked}",
        )

    def carry_out(self, order: Order) -> Outcome:
        share = {name: order.values[name] for name in ("percent", "allowed", "denied")}
        moved = set_canary_share(**order.change, **share)
        return Outcome(is_done=True, text=f"{say_share(get_share(moved))}.")


class PlanRollout(Step):
    name, label = "plan_rollout", "Plan rollout"
    hint = "Writes by which steps, and when, the canary widens; replaces the open plan."
    permission = CUT_OVER

    def build_form(self, _at: Situation, data: Any) -> forms.Form:
        return RolloutForm(data)

    def explain_blocked(self, at: Situation) -> str:
        return explain_rollout(dataset=at.dataset)

    def describe(self, at: Situation, form: forms.Form) -> Plan:
        assert isinstance(form, RolloutForm)  # noqa: S101  what build_form returned
        steps = form.list_steps(now=at.now)
        return Plan(
            consequences=list_plan_consequences(steps, is_replacing=at.open_plan is not None),
            preview=preview_steps(steps),
            token=f"{at.open_plan.pk if at.open_plan else ''}:{form.build_token()}",
        )

    def carry_out(self, order: Order) -> Outcome:
        steps = build_steps(order.values, now=order.at.now)
        plan = plan_rollout(
            flag=Flag.READ_FROM_MONGO,
            dataset=order.name,
            steps=steps,
            actor=order.user,
            reason=order.values["reason"],
            now=order.at.now,
        )
        return Outcome(is_done=True, text=f"plan {plan.pk} is open, {len(steps)} steps.")


class CancelRollout(Step):
    name, label = "cancel_rollout", "End rollout"
    hint = "Ends the open plan where it stands; the percentage stays."
    permission = CUT_OVER

    def explain_blocked(self, at: Situation) -> str:
        return "" if at.open_plan else "There is no open plan."

    def describe(self, at: Situation, _form: object) -> Plan:
        return Plan(
            facts=[("Now", say_share(get_share(at.dataset)))],
            consequences=["No further step is taken. Creators who read MongoDB go on doing so."],
            token=str(at.open_plan.pk if at.open_plan else ""),
        )

    def carry_out(self, order: Order) -> Outcome:
        plan = order.at.open_plan
        is_done = plan is not None and cancel_rollout(
            plan_id=plan.pk, actor=order.user, reason=order.values["reason"], now=order.at.now
        )
        return Outcome(is_done=is_done, text="the plan is ended." if is_done else "the plan had ended already.")
