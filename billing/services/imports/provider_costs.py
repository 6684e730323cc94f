"""What providers report of their own costs, and the alarm when it is not what was metered."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from billing.models import ProviderCost
from billing.queries.reconciling import TOLERATED, ProviderDifference, compare_providers
from billing.services.imports.reading import Row, read_rows, refuse_problems
from veri.platform.ops.services.audit import record_audit
from veri.platform.ops.services.notifications import queue_alert

LOOKED_BACK = timedelta(days=35)
MICRO = 1_000_000
_KEY = ["service", "day", "model"]


def import_provider_costs(*, content: bytes, acting_user: Any, reason: str, now: datetime) -> int:
    """Take a cost report of CSV or JSON with day, service, model, cost_usd; return how many lines it had.

    A line that was imported before is replaced: providers correct their reports.

    Raises:
        ImportRefused: with every problem and its line; nothing was stored.
    """
    with transaction.atomic(durable=True):
        parsed = read_rows(content, lambda row: _parse(row, now))
        _refuse_twins(parsed)
        ProviderCost.objects.bulk_create(
            [cost for _, cost in parsed],
            update_conflicts=True,
            unique_fields=_KEY,
            update_fields=["cost_micro_usd", "imported_at", "is_alarmed"],
        )
        record_audit(
            actor=acting_user,
            action="billing.provider_costs.import",
            target=("billing.providercost", f"{len(parsed)} lines"),
            reason=reason,
            after={"days": sorted({f"{cost.service} {cost.day}" for _, cost in parsed})[:100]},
            now=now,
        )
    return len(parsed)


def alarm_differences(*, now: datetime) -> list[ProviderDifference]:
    """Tell, once a day of a provider, where its report differs from what was metered by more than 2 %."""
    today = now.date()
    found = [one for one in compare_providers(since=today - LOOKED_BACK, until=today) if one.is_alarming]
    told = []
    with transaction.atomic(durable=True):
        for one in found:
            lines = ProviderCost.objects.filter(service=one.service, day=one.day, is_alarmed=False)
            if lines.update(is_alarmed=True):
                told.append(one)
                queue_alert(
                    subject=_title(one), body=_describe(one), now=now, dedup_key=f"cost:{one.service}:{one.day}"
                )
    return told


def _title(one: ProviderDifference) -> str:
    return f"{one.service} reports {one.share:+.1%} against what was metered on {one.day}"


def _describe(one: ProviderDifference) -> str:
    return (
        f"{one.service}, {one.day}: reported ${one.reported / MICRO:,.4f}, metered ${one.metered / MICRO:,.4f}; more"
        f" than {TOLERATED:.0%} apart. Look for unreconciled events, a price that changed, a key used elsewhere."
    )


def _parse(row: Row, now: datetime) -> ProviderCost:
    cost = ProviderCost(
        service=row.service(),
        day=row.day("day"),
        model=row.text("model"),
        cost_micro_usd=row.dollars("cost_usd"),
        imported_at=now,
    )
    if cost.day > now.date():
        row.refuse("day is in the future")
    if cost.day < date(2020, 1, 1):
        row.refuse("day is too long ago")
    return cost


def _refuse_twins(parsed: list[tuple[Row, ProviderCost]]) -> None:
    seen = set()
    for row, cost in parsed:
        key = (cost.service, cost.day, cost.model)
        if key in seen:
            row.refuse("the same day, service and model stand in an earlier line")
        seen.add(key)
    refuse_problems([row for row, _ in parsed])
