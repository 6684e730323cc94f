"""Allowances locked in the order of their scope names, and what is held and spent of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from billing.enums import AllowanceUnit
from billing.errors import AllowanceExceeded, BudgetExceeded, QuotaExceeded
from billing.models import Allowance
from billing.services.periods import get_month
from billing.services.quota_counting import recount_quota
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_prepared

MICRO = 1_000_000
REQUESTS_PER_MONTH = {"assistant": 10_000}  # of one creator, by source; other sources have no quota

_LOCK = """
SELECT {one} FROM billing_allowance one WHERE scope = ANY(%s) AND period_start = %s ORDER BY scope FOR UPDATE"""
_LOCK_KEYS = "SELECT {one} FROM billing_allowance one WHERE id = ANY(%s) ORDER BY scope FOR UPDATE"

Wanted = Mapping[str, tuple[AllowanceUnit, int]]


def list_scopes(
    *, source: str, service: str, model: str, creator_id: int | None, is_counted: bool = True
) -> dict[str, tuple[AllowanceUnit, int]]:
    """Return the allowances an action uses, each with its unit and configured limit.

    Of the budgets besides the service's own only those that are configured: what has no limit is not locked. What is
    not counted takes no request of the quota: it is another try at what was counted.
    """
    wanted = {f"budget:{service}": (AllowanceUnit.MICRO_USD, get_budget(service))}
    for name, dollars in settings.COSTS.extra_budgets.items():
        if name in {"platform", f"feature:{source}", f"model:{model}"}:
            wanted[f"budget:{name}"] = AllowanceUnit.MICRO_USD, int(dollars * MICRO)
        elif name == "creator" and creator_id is not None:
            wanted[f"budget:creator:{creator_id}"] = AllowanceUnit.MICRO_USD, int(dollars * MICRO)
    if is_counted and creator_id is not None and source in REQUESTS_PER_MONTH:
        wanted[f"quota:{source}:{creator_id}"] = AllowanceUnit.REQUESTS, get_quota(source)
    return wanted


def get_budget(service: str) -> int:
    """Return a service's or another scope's monthly budget in micro-dollars; what has none has one of nothing."""
    dollars = settings.MONTHLY_BUDGETS.get(service, settings.COSTS.extra_budgets.get(service, 0))
    return int(dollars * MICRO)


def get_quota(feature: str) -> int:
    """Return how much of a feature every creator has in a month, without any grant."""
    return REQUESTS_PER_MONTH.get(feature, 0)


def lock_allowances(*, wanted: Wanted, now: datetime) -> dict[str, Allowance]:
    """Return this month's allowances by scope, created where missing; locked until the transaction ends."""
    start, end = get_month(now)
    found = _lock_scopes(wanted, start)
    known = {one.scope for one in found}
    if len(found) < len(wanted):
        Allowance.objects.bulk_create(
            (
                Allowance(scope=scope, unit=unit, period_start=start, period_end=end, limit=limit)
                for scope, (unit, limit) in sorted(wanted.items())
            ),
            ignore_conflicts=True,
        )
        found = _lock_scopes(wanted, start)
    for one in found:
        _renew_limit(one, wanted[one.scope][1], now=now, is_fresh=one.scope not in known)
    return {one.scope: one for one in found}


def lock_held(*, keys: Sequence[int]) -> dict[int, Allowance]:
    """Return allowances by id, locked in the order in which reserving takes them."""
    rows = fetch_prepared(_LOCK_KEYS.format(one=list_columns(model=Allowance, table="one")), [list(keys)])
    return {one.pk: one for one in (build_instance(model=Allowance, row=row) for row in rows)}


def find_refusal(*, allowances: Iterable[Allowance], amount: int) -> AllowanceExceeded | None:
    """Return why an amount of money, or one request, does not fit what is left of locked allowances."""
    for one in allowances:
        if one.spent + one.reserved + convert(one, money=amount) > one.limit:
            kind = BudgetExceeded if one.scope.startswith("budget:") else QuotaExceeded
            return kind(scope=one.scope, resets_at=one.period_end)
    return None


def convert(allowance: Allowance, *, money: int, requests: int = 1) -> int:
    """Return the amount that an allowance's own unit calls for."""
    return money if allowance.unit == AllowanceUnit.MICRO_USD else requests


def _lock_scopes(scopes: Iterable[str], start: datetime) -> list[Allowance]:
    rows = fetch_prepared(_LOCK.format(one=list_columns(model=Allowance, table="one")), [list(scopes), start])
    return [build_instance(model=Allowance, row=row) for row in rows]


def _renew_limit(allowance: Allowance, configured: int, *, now: datetime, is_fresh: bool) -> None:
    """Let grants make the limit where there are any; else a configured one that changed takes effect at once."""
    if allowance.unit == AllowanceUnit.REQUESTS and (is_fresh or _is_due(allowance, now)):
        recount_quota(allowance=allowance, base=configured, now=now)
    if allowance.recount_at is None and allowance.limit != configured and not allowance.is_set_by_staff:
        allowance.limit = configured
        allowance.save(update_fields=["limit"])


def _is_due(allowance: Allowance, now: datetime) -> bool:
    return allowance.recount_at is not None and allowance.recount_at <= now
