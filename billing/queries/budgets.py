"""This month's budgets, and who used what."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from billing.models import Allowance
from billing.queries.usage_sums import sum_usage
from billing.services.allowances import get_budget
from billing.services.periods import get_month
from creators.models import Creator

SHOWN_CREATORS = 25


@dataclass(frozen=True, kw_only=True)
class BudgetState:
    """A service's budget in micro-dollars; ``spent`` is metered, ``reserved`` is held for calls under way."""

    service: str
    limit: int
    spent: int
    reserved: int
    allowance_id: int | None
    is_set_by_staff: bool = False

    @property
    def percent(self) -> float:
        """Return the used share, 0 to 100 and above; a budget of nothing is used up once anything is."""
        used = self.spent + self.reserved
        return 100.0 * used / self.limit if self.limit else (100.0 if used else 0.0)

    @property
    def is_alarming(self) -> bool:
        return self.limit > 0 and self.percent >= 100.0 * settings.ALERT_THRESHOLD


@dataclass(frozen=True, kw_only=True)
class CreatorUsage:
    """One creator's month; ``creator_id`` is None for what belongs to nobody (any more)."""

    creator_id: int | None
    handle: str | None
    requests: int
    tokens: int
    cost_micro_usd: int
    quota_limit: int | None


def list_budget_states(*, at: datetime) -> list[BudgetState]:
    """Return every budgeted service and scope but single creators', used or not: one indexed read."""
    start, _ = get_month(at)
    names = [*settings.MONTHLY_BUDGETS, *(one for one in settings.COSTS.extra_budgets if one != "creator")]
    scopes = {f"budget:{name}": name for name in names}
    found = {one.scope: one for one in Allowance.objects.filter(scope__in=scopes, period_start=start)}
    return [_describe(service, found.get(scope)) for scope, service in scopes.items()]


def list_creator_usage(*, at: datetime, limit: int = SHOWN_CREATORS) -> list[CreatorUsage]:
    """Return the creators who used most this month, the costliest first."""
    start, end = get_month(at)
    found = sum_usage(since=start.date(), until=end.date(), by=("creator_id",), limit=limit)
    handles = dict(Creator.objects.filter(pk__in=[one.creator_id for one in found]).values_list("pk", "handle"))
    scopes = [f"quota:assistant:{one.creator_id}" for one in found]
    quotas = dict(Allowance.objects.filter(scope__in=scopes, period_start=start).values_list("scope", "limit"))
    return [
        CreatorUsage(
            creator_id=one.creator_id,
            handle=handles.get(one.creator_id or 0),
            requests=one.events,
            tokens=one.tokens,
            cost_micro_usd=one.cost_micro_usd,
            quota_limit=quotas.get(f"quota:assistant:{one.creator_id}"),
        )
        for one in found
    ]


def _describe(service: str, allowance: Allowance | None) -> BudgetState:
    return BudgetState(
        service=service,
        limit=allowance.limit if allowance else get_budget(service),
        is_set_by_staff=bool(allowance and allowance.is_set_by_staff),
        spent=allowance.spent if allowance else 0,
        reserved=allowance.reserved if allowance else 0,
        allowance_id=allowance.pk if allowance else None,
    )
