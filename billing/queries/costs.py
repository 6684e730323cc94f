"""What the cost page shows: a month by service, feature and day, and what a creator costs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from billing.enums import Service
from billing.models import BudgetNotice, SpendingSpike
from billing.queries.projecting import TARGET_AT_SCALE
from billing.queries.usage_sums import UsageSum, regroup, sum_usage
from billing.services.periods import get_month

CHART_DAYS = 30
MODELS = (Service.CLAUDE, Service.OPENAI)


@dataclass(frozen=True, kw_only=True)
class CostOverview:
    """A month so far. ``creators`` are those who used anything; money is in micro-dollars."""

    since: date
    until: date
    services: list[UsageSum]
    features: list[UsageSum]
    days: dict[str, list[tuple[datetime, int]]]
    creators: int

    @property
    def cost(self) -> int:
        return sum(one.cost_micro_usd for one in self.services)

    @property
    def unreconciled(self) -> int:
        return sum(one.unreconciled for one in self.services)

    @property
    def cost_a_creator(self) -> int | None:
        """Return what a creator who used anything cost, of everything that was paid; None without any."""
        return round(self.cost / self.creators) if self.creators else None

    @property
    def is_on_target(self) -> bool:
        return (self.cost_a_creator or 0) <= TARGET_AT_SCALE

    @property
    def cache_hit_rate(self) -> float | None:
        asked = [one for one in self.services if one.service in MODELS]
        prompts = sum(one.prompt_tokens for one in asked)
        return sum(one.cache_read_tokens for one in asked) / prompts if prompts else None


def get_cost_overview(*, at: datetime) -> CostOverview:
    """Return the month that contains an instant, and the days before it for the chart."""
    start, end = get_month(at)
    since, until = start.date(), end.date()
    tomorrow = at.astimezone(UTC).date() + timedelta(days=1)
    drawn = tomorrow - timedelta(days=CHART_DAYS)
    finest = ("service", "model", "source", "day")
    read = sum_usage(since=min(since, drawn), until=max(until, tomorrow), by=finest)  # once for all groups
    month = [one for one in read if one.day and since <= one.day < until]
    days: dict[str, list[tuple[datetime, int]]] = {}
    for one in regroup((one for one in read if one.day and drawn <= one.day < tomorrow), by=("service", "day")):
        if one.day and one.cost_micro_usd:
            noon = datetime(one.day.year, one.day.month, one.day.day, 12, tzinfo=UTC)
            days.setdefault(str(one.service), []).append((min(noon, at), one.cost_micro_usd))
    users = sum_usage(since=since, until=until, by=("creator_id",))
    return CostOverview(
        since=since,
        until=until,
        services=regroup(month, by=("service", "model")),
        features=regroup(month, by=("source",)),
        days=days,
        creators=sum(1 for one in users if one.creator_id),
    )


def list_notices(*, limit: int = 20) -> list[BudgetNotice]:
    """Return what was told of budgets, the latest first."""
    return list(BudgetNotice.objects.order_by("-id")[:limit])


def list_spikes(*, limit: int = 10) -> list[SpendingSpike]:
    """Return the latest spikes."""
    return list(SpendingSpike.objects.order_by("-id")[:limit])
