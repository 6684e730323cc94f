"""What is left of a creator's quota, and where it comes from."""

from dataclasses import dataclass
from datetime import datetime

from billing.enums import AllowanceUnit
from billing.models import Allowance
from billing.services.allowances import get_quota
from billing.services.periods import get_month
from billing.services.quota_counting import list_balances

EVERYBODY = "everybody"


@dataclass(frozen=True, kw_only=True)
class QuotaSource:
    """What is left of a grant, or of what every creator has."""

    source: str
    left: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class QuotaState:
    """A feature's quota in ``[start, end)``; ``left`` in the order in which it will be used."""

    feature: str
    start: datetime
    end: datetime
    limit: int
    used: int
    under_way: int
    left: list[QuotaSource]


def get_quota_state(*, creator_id: int, feature: str, at: datetime) -> QuotaState:
    """Return a creator's quota of the month; nothing is written, though grants may have begun or ended since."""
    start, end = get_month(at)
    base = get_quota(feature)
    scope = f"quota:{feature}:{creator_id}"
    found = Allowance.objects.filter(scope=scope, period_start=start).first()
    quota = found or Allowance(
        pk=0, scope=scope, unit=AllowanceUnit.REQUESTS, period_start=start, period_end=end, limit=base
    )
    left = [
        QuotaSource(
            source=one.grant.source if one.grant else EVERYBODY,
            left=one.left,
            expires_at=one.grant.expires_at if one.grant else end,
        )
        for one in list_balances(allowance=quota, base=base, now=at)
    ]
    limit = quota.limit if quota.is_set_by_staff else quota.spent + sum(one.left for one in left)
    return QuotaState(
        feature=feature, start=start, end=end, limit=limit, used=quota.spent, under_way=quota.reserved, left=left
    )
