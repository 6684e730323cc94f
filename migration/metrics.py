"""What the migration engine contributes to ``/metrics`` and ``/health/deep``."""

from datetime import timedelta

from django.db.models import Count, Max
from django.utils import timezone

from migration.models import Dataset, OutboxRow, ParityRun
from migration.queries.heartbeats import get_relay_lag
from migration.queries.status import get_outbox_status
from veri.platform.observability.registry import register_gauge
from veri.platform.ops.registry import CheckResult, register_deep_check

OLDEST_ALLOWED = timedelta(minutes=5)


def _read_discrepancies() -> dict[tuple[str, ...], float]:
    latest = ParityRun.objects.exclude(finished_at=None).values("dataset").annotate(latest=Max("pk")).values("latest")
    found = ParityRun.objects.filter(pk__in=latest).values_list("dataset__name", "mismatched")
    return {(name,): float(mismatched) for name, mismatched in found}


def _read_depths() -> dict[tuple[str, ...], float]:
    rows = OutboxRow.objects.values_list("dataset").annotate(Count("pk"))
    return {(name,): float(count) for name, count in rows}


def _read_lags() -> dict[tuple[str, ...], float]:
    now = timezone.now()
    lags = {one.name: get_relay_lag(dataset=one, now=now) for one in Dataset.objects.filter(is_capturing=True)}
    return {(name,): lag for name, lag in lags.items() if lag is not None}


def _check_outbox() -> CheckResult:
    status = get_outbox_status(now=timezone.now())
    is_late = status.oldest_seconds > OLDEST_ALLOWED.total_seconds()
    detail = {"depth": status.depth, "oldest_seconds": status.oldest_seconds, "quarantined": status.quarantined}
    return CheckResult(ok=not (is_late or status.quarantined), detail=detail)


def register_metrics() -> None:
    register_gauge(name="data_consistency_discrepancies", read=_read_discrepancies, labels=["dataset"])
    register_gauge(
        name="veri_outbox_depth", read=_read_depths, labels=["dataset"], documentation="Outbox rows not yet in MongoDB."
    )
    register_gauge(
        name="veri_relay_lag_seconds",
        read=_read_lags,
        labels=["dataset"],
        documentation="Seconds a write is under way to MongoDB, measured by heartbeats.",
    )
    register_deep_check(name="outbox", check=_check_outbox)
