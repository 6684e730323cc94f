"""What billing contributes to ``/metrics``."""

from django.db.models import Sum

from billing.models import UsageEvent
from veri.platform.observability.registry import register_counter

MICRO = 1_000_000


def _read_costs() -> dict[tuple[str, ...], float]:
    rows = UsageEvent.objects.values_list("service").annotate(Sum("cost_micro_usd"))
    return {(service,): total / MICRO for service, total in rows}


def register_metrics() -> None:
    register_counter(name="veri_api_costs_usd_total", read=_read_costs, labels=["service"])
