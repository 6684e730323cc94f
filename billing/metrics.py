"""What billing contributes to ``/metrics``."""

from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Min

from billing.models import Collaboration, Deliverable, Offer
from billing.queries.usage_sums import sum_usage
from veri.platform.observability.registry import register_counter, register_gauge

MICRO = 1_000_000
BEGINNING = date(2020, 1, 1)


def _read_costs() -> dict[tuple[str, ...], float]:
    tomorrow = datetime.now(tz=UTC).date() + timedelta(days=1)
    sums = sum_usage(since=BEGINNING, until=tomorrow, by=("service",))
    return {(str(one.service),): one.cost_micro_usd / MICRO for one in sums}


def _count_collaborations() -> dict[tuple[str, ...], float]:
    rows = Collaboration.objects.values_list("state").annotate(Count("pk"))
    return {(state,): float(count) for state, count in rows}


def _measure_lateness() -> float:
    """Return for how many seconds the oldest work of the clock has been due."""
    now = datetime.now(tz=UTC)
    due = [
        Offer.objects.filter(state="open").aggregate(due=Min("expires_at"))["due"],
        Deliverable.objects.filter(state="submitted").aggregate(due=Min("review_due_at"))["due"],
    ]
    return float(max([0.0, *((now - one).total_seconds() for one in due if one is not None)]))


def register_metrics() -> None:
    register_gauge(
        name="veri_collaborations",
        read=_count_collaborations,
        labels=["state"],
        documentation="Collaborations of campaigns by state.",
    )
    register_gauge(
        name="veri_campaigns_overdue_seconds",
        read=_measure_lateness,
        documentation="For how long the oldest offer or review has been due without the clock having seen to it.",
    )
    register_counter(name="veri_api_costs_usd_total", read=_read_costs, labels=["service"])
