"""What was used and what it cost."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from billing.models import Allowance
from billing.queries.usage_sums import sum_usage
from billing.services.periods import get_month


@dataclass(frozen=True, kw_only=True)
class ServiceUsage:
    """One service and model in a period."""

    service: str
    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int


@dataclass(frozen=True, kw_only=True)
class UsageReport:
    """What creators used in ``[start, end)``, and what is left of their request quota (None without any use)."""

    start: datetime
    end: datetime
    services: list[ServiceUsage]
    requests_used: int
    requests_limit: int | None

    @property
    def cost_micro_usd(self) -> int:
        return sum(one.cost_micro_usd for one in self.services)


def get_usage_report(*, creator_ids: list[int] | None, at: datetime) -> UsageReport:
    """Return the month's usage of some creators, or of all with None."""
    start, end = get_month(at)
    sums = sum_usage(since=start.date(), until=end.date(), by=("service", "model"), creator_ids=creator_ids)
    scopes = [f"quota:assistant:{pk}" for pk in creator_ids or []]
    quotas = Allowance.objects.filter(scope__in=scopes, period_start=start).aggregate(
        used=Sum("spent"), limit=Sum("limit")
    )
    return UsageReport(
        start=start,
        end=end,
        services=[
            ServiceUsage(
                service=str(one.service),
                model=str(one.model),
                requests=one.events,
                input_tokens=one.input_tokens,
                output_tokens=one.output_tokens,
                cost_micro_usd=one.cost_micro_usd,
            )
            for one in sums
        ],
        requests_used=quotas["used"] or 0,
        requests_limit=quotas["limit"],
    )


def list_budgets(*, at: datetime) -> list[Allowance]:
    """Return this month's service budgets that were touched."""
    start, _ = get_month(at)
    return list(Allowance.objects.filter(scope__startswith="budget:", period_start=start).order_by("scope"))
