"""Rollouts from a shell."""

from argparse import ArgumentParser
from datetime import datetime, timedelta

from django.core.management.base import CommandError
from django.utils import timezone

from migration.enums import Flag
from migration.management.steps.flags import add_share
from migration.management.steps.step import Context, add_dataset, list_dataset_names, step
from migration.models import RolloutPlan


@step("rollouts", "show the open rollout plans")
def show_rollouts(context: Context) -> None:
    for plan in RolloutPlan.objects.filter(finished_at=None).select_related("dataset").order_by("pk"):
        steps = {
            f"{one.percent} %": f"reached {one.reached_at:%Y-%m-%d %H:%M}"
            if one.reached_at
            else f"not before {one.not_before:%Y-%m-%d %H:%M}"
            for one in plan.steps.order_by("percent")
        }
        report = {"plan": plan.pk, "of": str(plan.dataset or plan.flag), "held because": plan.held_because or "-"}
        context.print({**report, "steps": steps})


def _add_plan(parser: ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--dataset", choices=list_dataset_names(), help="its canary reads")
    target.add_argument("--flag", choices=Flag.values)
    parser.add_argument("--percents", type=int, nargs="+", default=[10, 25, 50, 75, 100])
    parser.add_argument("--start", type=datetime.fromisoformat, help="date of the first step; default: now")
    parser.add_argument("--every-hours", type=float, default=24)
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


@step("plan-rollout", "write a rollout plan; it replaces the open one", _add_plan)
def plan(context: Context) -> None:
    from migration.services.rollouts import PlannedStep, plan_rollout  # only this step writes

    options, now = context.options, timezone.now()
    begin = options["start"] or now
    begin = begin if begin.tzinfo else timezone.make_aware(begin)
    spacing = timedelta(hours=options["every_hours"])
    written = plan_rollout(
        flag=options["flag"] or Flag.READ_FROM_MONGO,
        dataset=options["dataset"] or "",
        steps=[
            PlannedStep(percent=percent, not_before=begin + position * spacing)
            for position, percent in enumerate(options["percents"])
        ],
        actor=context.actor,
        reason=options["reason"],
        now=now,
    )
    context.stdout.write(f"Plan {written.pk} is open.")


def _add_cancel(parser: ArgumentParser) -> None:
    parser.add_argument("plan", type=int)
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


@step("cancel-rollout", "end a rollout plan where it stands", _add_cancel)
def cancel(context: Context) -> None:
    from migration.services.rollouts import cancel_rollout  # only this step writes

    options = context.options
    try:
        is_done = cancel_rollout(
            plan_id=options["plan"], actor=context.actor, reason=options["reason"], now=timezone.now()
        )
    except RolloutPlan.DoesNotExist as absent:
        raise CommandError(f"There is no rollout plan {options['plan']}.") from absent
    context.stdout.write("The plan is ended." if is_done else "The plan had ended already.")


def _add_canary(parser: ArgumentParser) -> None:
    add_dataset(parser, is_optional=False)
    add_share(parser)


@step("canary", "set by hand which creators read MongoDB while a dataset is in canary", _add_canary)
def set_canary(context: Context) -> None:
    from migration.services.rollouts import set_canary_share  # only this step writes

    options = context.options
    dataset = set_canary_share(
        name=options["dataset"],
        percent=options["percent"],
        allowed=options["allow"],
        denied=options["deny"],
        actor=context.actor,
        reason=options["reason"],
        now=timezone.now(),
    )
    context.print({"dataset": dataset.name, "percent": dataset.read_percent})


@step("take-rollout-steps", "take the steps that are due, as the clock does")
def take_steps(context: Context) -> None:
    from migration.services.rollouts import advance_rollouts  # only this step writes

    for done in advance_rollouts(now=timezone.now()) or ["Nothing is due, or guards do not hold."]:
        context.stdout.write(done)
