"""Which store reads go to and how both compare: shadow reads, canary, rollout."""

from datetime import timedelta
from typing import Any

from migration.enums import SHADOW_STAGES, Measure, Stage
from migration.models import RolloutPlan, RolloutStep
from migration.queries.minutes import count_measure
from migration.queries.shadow import ShadowSummary, list_different_reads, summarise_shadow
from veri.console.steps import Situation
from veri.console.steps.share_words import get_share, say_share

SHOWN_READS = 5
HOUR = timedelta(hours=1)
COUNTED = (Measure.READ_MONGO, Measure.READ_FAILED, Measure.READ_POSTGRES)


def collect_reads(at: Situation) -> dict[str, Any]:
    """Return the figures; ``is_shown`` is false for a dataset whose reads were never compared."""
    since = at.dataset.stage_changed_at if at.dataset.stage == Stage.SHADOW else None
    summary = summarise_shadow(dataset=at.dataset.name, since=since)
    plan = at.open_plan or RolloutPlan.objects.filter(dataset=at.dataset).order_by("-pk").first()
    return {
        "is_shown": at.dataset.reached in SHADOW_STAGES or bool(summary.compared or summary.failed or plan),
        "since": "since the stage began" if since else "of the last 24 hours",
        "shadow": summary,
        "match": _say_match(summary),
        "stores": _list_percentiles(summary),
        "different": list(list_different_reads(dataset=at.dataset.name)[:SHOWN_READS]),
        "counts": [
            (one.label, count_measure(dataset=at.dataset.name, measure=one, since=at.now - HOUR)) for one in COUNTED
        ],
        "share": say_share(get_share(at.dataset)),
        "plan": plan,
        "steps": _list_steps(plan, at),
    }


def _say_match(summary: ShadowSummary) -> str:
    """Return the share alike, rounded down: one difference among a million is not 100 %."""
    if not summary.compared + summary.failed:
        return "nothing compared"
    return f"{int(summary.match * 1_000_000) / 10_000:g} %"


def _list_percentiles(summary: ShadowSummary) -> list[tuple[str, list[str]]]:
    stores = (("PostgreSQL", summary.postgres_ms), ("MongoDB", summary.mongo_ms))
    return [(name, [f"{one:.1f} ms" for one in found] if found else ["—"] * 3) for name, found in stores]


def _list_steps(plan: RolloutPlan | None, at: Situation) -> list[tuple[RolloutStep, str, str]]:
    """Return a plan's steps with their state and its colour."""
    if plan is None:
        return []
    return [(step, *_describe_step(step, plan, at)) for step in plan.steps.order_by("percent")]


def _describe_step(step: RolloutStep, plan: RolloutPlan, at: Situation) -> tuple[str, str]:
    if step.reached_at:
        return "reached", "good"
    if plan.finished_at:
        return "not taken", "quiet"
    return ("waits", "warn") if step.not_before <= at.now else ("planned", "info")
