"""Allowances locked in the order of their scope names, and what is held and spent of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from billing.enums import AllowanceUnit
from billing.errors import AllowanceExceeded, BudgetExceeded, QuotaExceeded
from billing.models import Allowance
from billing.services.periods import get_month
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows

MICRO = 1_000_000
REQUESTS_PER_MONTH = {"assistant": 10_000}  # of one creator, by source; other sources have no quota

_LOCK = """
SELECT {one} FROM billing_allowance one WHERE scope = ANY(%s) AND period_start = %s ORDER BY scope FOR UPDATE"""
_LOCK_KEYS = "SELECT {one} FROM billing_allowance one WHERE id = ANY(%s) ORDER BY scope FOR UPDATE"

Wanted = Mapping[str, tuple[AllowanceUnit, int]]


def list_scopes(*, source: str, service: str, creator_id: int | None) -> dict[str, tuple[AllowanceUnit, int]]:
    """Return the allowances an action uses, each with its unit and configured limit."""
    wanted = {f"budget:{service}": (AllowanceUnit.MICRO_USD, get_budget(service))}
    if creator_id is not None and source in REQUESTS_PER_MONTH:
        wanted[f"quota:{source}:{creator_id}"] = AllowanceUnit.REQUESTS, REQUESTS_PER_MONTH[source]
    return wanted


def get_budget(service: str) -> int:
    """Return a service's monthly budget in micro-dollars; a service that costs nothing has a budget of nothing."""
    return int(settings.MONTHLY_BUDGETS.get(service, 0) * MICRO)


def lock_allowances(*, wanted: Wanted, now: datetime) -> dict[str, Allowance]:
    """Return this month's allowances by scope, created where missing; locked until the transaction ends."""
    start, end = get_month(now)
    found = _lock_scopes(wanted, start)
    if len(found) < len(wanted):
        Allowance.objects.bulk_create(
            (
                Allowance(scope=scope, unit=unit, period_start=start, period_end=end, limit=limit)
                for scope, (unit, limit) in sorted(wanted.items())
            ),
            ignore_conflicts=True,
        )
        found = _lock_scopes(wanted, start)
    return {one.scope: _follow_configuration(one, wanted[one.scope][1]) for one in found}


def lock_held(*, keys: Sequence[int]) -> dict[int, Allowance]:
    """Return allowances by id, locked in the order in which reserving takes them."""
    rows = fetch_rows(_LOCK_KEYS.format(one=list_columns(model=Allowance, table="one")), [list(keys)])
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
    rows = fetch_rows(_LOCK.format(one=list_columns(model=Allowance, table="one")), [list(scopes), start])
    return [build_instance(model=Allowance, row=row) for row in rows]


def _follow_configuration(allowance: Allowance, configured: int) -> Allowance:
    """Let a configured limit that changed take effect at once, unless staff set this month's."""
    if allowance.limit != configured and not allowance.is_set_by_staff:
        allowance.limit = configured
        allowance.save(update_fields=["limit"])
    return allowance
