"""Tell staff when a share of a budget is used up, once in its period."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from billing.enums import AllowanceUnit
from billing.models import Allowance, BudgetNotice
from billing.services.periods import get_month
from veri.platform.ops.services.notifications import queue_alert

HALF, FULL = 50, 100
MICRO = 1_000_000
_told: set[tuple[str, datetime]] = set()  # what this process said of full budgets, so that a storm says it once


def notice_budgets(*, now: datetime) -> list[BudgetNotice]:
    """Tell of each threshold that this month's spending reached since the last look; return what was told."""
    start, _ = get_month(now)
    used = Allowance.objects.filter(unit=AllowanceUnit.MICRO_USD, period_start=start, limit__gt=0, spent__gt=0)
    reached = [
        (one, percent)
        for one in used
        for percent in sorted({HALF, round(100 * settings.ALERT_THRESHOLD), FULL})
        if one.spent * 100 >= one.limit * percent
    ]
    with transaction.atomic(durable=True):
        return [told for one, percent in reached if (told := _tell(one, percent, now))]


def notice_refusals(*, allowances: Iterable[Allowance], now: datetime) -> None:
    """Tell that a budget refused a call, in the caller's transaction: it may never be used up to the last cent."""
    for one in allowances:
        key = (one.scope, one.period_start)
        if key not in _told and one.limit > 0:
            _tell(one, FULL, now)
            _told.add(key)


def forget_told() -> None:
    _told.clear()


def _tell(allowance: Allowance, percent: int, now: datetime) -> BudgetNotice | None:
    notice = BudgetNotice(scope=allowance.scope, period_start=allowance.period_start, percent=percent, noticed_at=now)
    known = BudgetNotice.objects.filter(scope=notice.scope, period_start=notice.period_start, percent=notice.percent)
    if known.exists():
        return None
    BudgetNotice.objects.bulk_create([notice], ignore_conflicts=True)
    queue_alert(
        subject=f"{percent} % of {allowance.scope} is used",
        body=_describe(allowance, percent),
        now=now,
        dedup_key=f"{allowance.scope}:{allowance.period_start:%Y-%m-%d}:{percent}",
    )
    return notice


def _describe(allowance: Allowance, percent: int) -> str:
    spent, limit = allowance.spent / MICRO, allowance.limit / MICRO
    end = "Calls that do not fit are refused until then." if percent >= FULL else "Nothing is refused yet."
    return (
        f"{allowance.scope}: ${spent:,.2f} of ${limit:,.2f} are spent and ${allowance.reserved / MICRO:,.2f} held;"
        f" the period ends on {allowance.period_end:%Y-%m-%d}, UTC. {end}"
    )
