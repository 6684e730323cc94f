"""This month's costs against their budgets."""

from dataclasses import dataclass
from datetime import datetime

from billing.admin.money import format_usd
from billing.queries.budgets import BudgetState, list_budget_states


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
