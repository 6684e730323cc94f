"""Guards about whether both stores say the same."""

from datetime import datetime, timedelta

from django.conf import settings

from migration.enums import Guard, ParityState, Stage
from migration.models import Dataset
from migration.queries.guards.readings import Finding, checks, format_window
from migration.queries.parity_health import count_found_since, count_persistent
from migration.queries.shadow import ShadowSummary, summarise_shadow
from migration.queries.status import get_latest_parity


@checks(Guard.DEEP_PASS)
def check_deep_pass(dataset: Dataset, now: datetime) -> Finding:
    """The latest full deep pass since the latest backfill compared something, and is fresh."""
    fresh = timedelta(seconds=settings.MIGRATION.parity_fresh_seconds)
    run = get_latest_parity(name=dataset.name)
    wanted = f"clean, within {format_window(fresh)}"
    if run is None or run.finished_at is None:
        return Finding(is_ok=False, value="none since the backfill", threshold=wanted, remedy="Verify the dataset.")
    is_ok = run.state == ParityState.CLEAN and now - run.finished_at <= fresh
    value = f"{run.get_state_display().lower()}, {run.compared:,} keys, {run.finished_at:%Y-%m-%d %H:%M}"
    return Finding(is_ok=is_ok, value=value, threshold=wanted, remedy="Verify the dataset again.")


@checks(Guard.MISMATCHES)
def check_mismatches(dataset: Dataset, _now: datetime) -> Finding:
    run = get_latest_parity(name=dataset.name)
    count = count_persistent(run=run) + count_found_since(run=run) if run else 0
    return Finding(
        is_ok=run is not None and not count,
        value=f"{count:,} since the latest deep pass" if run else "never verified",
        threshold="0",
        remedy="Reconcile them, then verify again.",
    )


@checks(Guard.SHADOW)
def check_shadow(dataset: Dataset, _now: datetime) -> Finding:
    limits = settings.MIGRATION
    found = _summarise(dataset)
    wanted = f"at least {limits.shadow_match:.2%} of at least {limits.shadow_samples:g}"
    is_ok = found.compared >= limits.shadow_samples and found.match >= limits.shadow_match
    value = f"{found.match:.3%} of {found.compared:,}, noise {found.noise:,}, failed {found.failed:,}"
    return Finding(
        is_ok=is_ok, value=value, threshold=wanted, remedy="Let more reads be compared; look at those that differ."
    )


@checks(Guard.LATENCY)
def check_latency(dataset: Dataset, _now: datetime) -> Finding:
    limits = settings.MIGRATION
    found = _summarise(dataset)
    wanted = f"p95 at most {limits.latency_ratio:g} times PostgreSQL's"
    if found.mongo_ms is None or found.postgres_ms is None:
        return Finding(is_ok=False, value="nothing compared yet", threshold=wanted, remedy="Let reads be compared.")
    is_ok = found.mongo_ms[1] <= limits.latency_ratio * found.postgres_ms[1]
    value = f"MongoDB {found.mongo_ms[1]:.1f} ms, PostgreSQL {found.postgres_ms[1]:.1f} ms"
    return Finding(is_ok=is_ok, value=value, threshold=wanted, remedy="Look at MongoDB's indexes and load.")


def _summarise(dataset: Dataset) -> ShadowSummary:
    """Sum the shadow reads since shadowing began: in SHADOW this stage's, later those of the last day."""
    since = dataset.stage_changed_at if dataset.stage == Stage.SHADOW else None
    return summarise_shadow(dataset=dataset.name, since=since)
