"""This month's costs against their budgets."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.admin.money import format_usd
from billing.models import SpendingSpike
from billing.queries.budgets import BudgetState, list_budget_states
from billing.queries.costs import CHART_DAYS, CostOverview
from veri.console.charts import Chart, Series, draw_chart

MICRO = 1_000_000
_TONES = {"claude": "info", "openai": "good", "voyage": "warn", "x": "bad"}


@dataclass(frozen=True, kw_only=True)
class BudgetBar:
    """A budget as a bar of at most 100 percent."""

    state: BudgetState
    spent: str
    reserved: str
    limit: str
    percent: str
    width: float
    tone: str


def list_budget_bars(*, at: datetime) -> list[BudgetBar]:
    """Return every service's budget of the month."""
    return [_draw(state) for state in list_budget_states(at=at)]


def draw_costs(overview: CostOverview, *, until: datetime) -> Chart:
    """Return what each service cost by day."""
    series = [
        Series(label=service, tone=_TONES.get(service, "quiet"), points=[(at, cost / MICRO) for at, cost in points])
        for service, points in sorted(overview.days.items())
    ]
    return draw_chart(
        title="Cost by day",
        unit="US$",
        series=series,
        since=until - timedelta(days=CHART_DAYS),
        until=until,
        gap=timedelta(days=1, hours=12),
    )


def describe_spike(spike: SpendingSpike) -> tuple[SpendingSpike, str, str]:
    """Return a spike with what its minute cost and what is usual."""
    return spike, format_usd(spike.cost_micro_usd), format_usd(spike.median_micro_usd)


def _draw(state: BudgetState) -> BudgetBar:
    tone = "bad" if state.percent >= 100 and state.limit else "warn" if state.is_alarming else "good"  # noqa: PLR2004  percent
    return BudgetBar(
        state=state,
        spent=format_usd(state.spent),
        reserved=format_usd(state.reserved),
        limit=format_usd(state.limit),
        percent=f"{state.percent:.1f} %",
        width=min(100.0, round(state.percent, 1)),
        tone=tone,
    )
