"""What billing contributes to ``/metrics``."""

from datetime import UTC, date, datetime, timedelta

from billing.queries.usage_sums import sum_usage
from veri.platform.observability.registry import register_counter

MICRO = 1_000_000
BEGINNING = date(2020, 1, 1)


def _read_costs() -> dict[tuple[str, ...], float]:
    tomorrow = datetime.now(tz=UTC).date() + timedelta(days=1)
    sums = sum_usage(since=BEGINNING, until=tomorrow, by=("service",))
    return {(str(one.service),): one.cost_micro_usd / MICRO for one in sums}


def register_metrics() -> None:
    register_counter(name="veri_api_costs_usd_total", read=_read_costs, labels=["service"])
