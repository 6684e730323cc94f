"""Rollouts: widen a dataset's canary, or a flag, by the steps of a written plan, only while the guards hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from migration.enums import READ_STAGES, Flag, Guard, Stage
from migration.errors import RolloutInvalid, StageConflict
from migration.models import Dataset, FeatureFlag, RolloutPlan, RolloutStep
from migration.queries.cohorts import ALL_PERCENT
from migration.queries.flags import forget_flags
from migration.queries.guards import read_guards
from migration.queries.routes import forget_routes
from migration.services.changes import lock_dataset, record_change, require_reason
from veri.platform.ops.services.audit import record_audit

DEFAULT_PERCENTS = (10, 25, 50, 75, ALL_PERCENT)
STEP_GUARDS = (
    Guard.TRIGGERS, Guard.LAG, Guard.DEAD_LETTERS, Guard.MISMATCHES, Guard.SHADOW, Guard.LATENCY, Guard.READS,
    Guard.WRITES,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step of a plan: its percentage, its date, the guards that must hold then."""

    percent: int
    not_before: datetime
    guards: tuple[Guard, ...] = STEP_GUARDS


def require_share(*, percent: int, allowed: Sequence[int], denied: Sequence[int]) -> None:
    """Refuse a percentage beyond 0 to 100 and creators who are both always and never reached.

    Raises:
        RolloutInvalid: says which.
    """
    if not 0 <= percent <= ALL_PERCENT:
        raise RolloutInvalid(f"A percentage is between 0 and 100, not {percent}.")
    both = sorted(set(allowed) & set(denied))
    if both:
        raise RolloutInvalid(f"Both allowed and denied: {', '.join(map(str, both))}.")


def propose_steps(*, now: datetime) -> list[PlannedStep]:
    """Return the default plan: 10, 25, 50, 75, 100 percent, the first at once."""
    spacing = timedelta(seconds=settings.MIGRATION.rollout_step_seconds)
    return [
        PlannedStep(percent=percent, not_before=now + position * spacing)
        for position, percent in enumerate(DEFAULT_PERCENTS)
    ]


@transaction.atomic(durable=True)
def plan_rollout(
    *, flag: str, dataset: str = "", steps: Sequence[PlannedStep], actor: Any, reason: str, now: datetime
) -> RolloutPlan:
    """Write a plan for a dataset's canary, or without a dataset for a flag; it replaces the open one.

    Raises:
        ReasonMissing, RolloutInvalid, UnknownDataset: nothing is changed.
    """
    require_reason(reason)
    if flag not in Flag.values:
        raise RolloutInvalid(f"There is no flag {flag!r}.")
    if dataset and flag != Flag.READ_FROM_MONGO:
        raise RolloutInvalid("A dataset's canary is a matter of READ_FROM_MONGO.")
    target = lock_dataset(dataset) if dataset else None
    plan = _write_plan(flag, target, steps, actor=actor, now=now)
    record_audit(
        actor=actor,
        action="migration.rollout.plan",
        target=target or ("flag", flag),
        reason=reason,
        after={"steps": [{"percent": one.percent, "not_before": one.not_before.isoformat()} for one in steps]},
        now=now,
    )
    return plan


def start_canary(*, dataset: Dataset, actor: Any, now: datetime) -> None:
    """Give a dataset that has entered CANARY the default plan, unless it has one; in the caller's transaction."""
    if not RolloutPlan.objects.filter(dataset=dataset, finished_at=None).exists():
        _write_plan(Flag.READ_FROM_MONGO, dataset, propose_steps(now=now), actor=actor, now=now)


def _write_plan(
    flag: str, dataset: Dataset | None, steps: Sequence[PlannedStep], *, actor: Any, now: datetime
) -> RolloutPlan:
    percents = [one.percent for one in steps]
    if not percents or percents != sorted(set(percents)) or not (percents[0] > 0 and percents[-1] <= ALL_PERCENT):
        raise RolloutInvalid("The steps' percentages must rise, from at least 1 to at most 100.")
    RolloutPlan.objects.filter(flag=flag, dataset=dataset, finished_at=None).update(finished_at=now)
    plan = RolloutPlan.objects.create(flag=flag, dataset=dataset, created_by=str(actor), created_at=now)
    RolloutStep.objects.bulk_create(
        RolloutStep(
            plan=plan, percent=one.percent, not_before=one.not_before, guards=[guard.value for guard in one.guards]
        )
        for one in steps
    )
    return plan


def advance_rollouts(*, now: datetime) -> list[str]:
    """Take the next step of every open plan whose date has come and whose guards hold; return what was done."""
    plans = RolloutPlan.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True)
    return [done for pk in list(plans) if (done := _advance(pk, now))]


@transaction.atomic(durable=True)
def _advance(plan_id: int, now: datetime) -> str:
    plan = RolloutPlan.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=plan_id)
    step = plan.steps.filter(reached_at=None).order_by("percent").first()
    if plan.finished_at or step is None or step.not_before > now:
        return ""
    held = _find_obstacle(plan, step, now)
    if held:
        RolloutPlan.objects.filter(pk=plan.pk).update(held_because=held)
        return ""
    _take(plan, step, now)
    return f"{plan.dataset or plan.flag}: {step.percent} %"


def _find_obstacle(plan: RolloutPlan, step: RolloutStep, now: datetime) -> str:
    """Return why a step must wait; a flag's plan looks at every dataset that is read from MongoDB."""
    if plan.dataset and plan.dataset.stage != Stage.CANARY:
        return f"{plan.dataset} is {plan.dataset.get_stage_display().lower()}, not in canary."
    datasets = [plan.dataset] if plan.dataset else list(Dataset.objects.filter(stage__in=READ_STAGES))
    guards = [Guard(name) for name in step.guards]
    failed = [
        f"{dataset}: {one}"
        for dataset in datasets
        for one in read_guards(dataset=dataset, guards=guards, now=now)
        if not one.is_ok
    ]
    return "; ".join(failed)


def _take(plan: RolloutPlan, step: RolloutStep, now: datetime) -> None:
    RolloutStep.objects.filter(pk=step.pk).update(reached_at=now)
    is_last = not plan.steps.filter(reached_at=None).exists()
    RolloutPlan.objects.filter(pk=plan.pk).update(held_because="", finished_at=now if is_last else None)
    if plan.dataset:
        Dataset.objects.filter(pk=plan.dataset.pk).update(read_percent=step.percent)
    else:
        stored = {"is_on": settings.FLAG_DEFAULTS[plan.flag], "reason": "a rollout plan", "changed_by": "rollout"}
        FeatureFlag.objects.update_or_create(
            name=plan.flag,
            defaults={"percent": step.percent},
            create_defaults={**stored, "changed_at": now, "percent": step.percent},
        )
    record_audit(
        actor="rollout",
        action="migration.rollout.step",
        target=plan.dataset or ("flag", plan.flag),
        reason=f"plan {plan.pk}: its date has come and its guards hold",
        after={"percent": step.percent},
        now=now,
    )
    transaction.on_commit(forget_routes)
    transaction.on_commit(forget_flags)


@transaction.atomic(durable=True)
def set_canary_share(
    *, name: str, percent: int, allowed: list[int], denied: list[int], actor: Any, reason: str, now: datetime
) -> Dataset:
    """Set by hand which creators read MongoDB in CANARY; ``denied`` never do, in any stage. Ends an open plan.

    Raises:
        ReasonMissing, RolloutInvalid, StageConflict: nothing is changed.
    """
    require_reason(reason)
    require_share(percent=percent, allowed=allowed, denied=denied)
    dataset = lock_dataset(name)
    if percent != dataset.read_percent and dataset.stage != Stage.CANARY:
        raise StageConflict(f"{name} is {dataset.get_stage_display().lower()}: a percentage is for canary reads.")
    before = {"percent": dataset.read_percent, "allowed": dataset.allowed, "denied": dataset.denied}
    if percent != dataset.read_percent:
        RolloutPlan.objects.filter(dataset=dataset, finished_at=None).update(finished_at=now)
    dataset.read_percent, dataset.allowed, dataset.denied = percent, sorted(set(allowed)), sorted(set(denied))
    dataset.save(update_fields=["read_percent", "allowed", "denied"])
    after = {"percent": percent, "allowed": dataset.allowed, "denied": dataset.denied}
    record_change(dataset=dataset, action="share", actor=actor, reason=reason, before=before, after=after, now=now)
    transaction.on_commit(forget_routes)
    return dataset


@transaction.atomic(durable=True)
def cancel_rollout(*, plan_id: int, actor: Any, reason: str, now: datetime) -> bool:
    """End an open plan where it stands; return False when it had ended already."""
    require_reason(reason)
    plan = RolloutPlan.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=plan_id)
    if plan.finished_at:
        return False
    RolloutPlan.objects.filter(pk=plan.pk).update(finished_at=now)
    target = plan.dataset or ("flag", plan.flag)
    record_audit(actor=actor, action="migration.rollout.cancel", target=target, reason=reason, now=now)
    return True
