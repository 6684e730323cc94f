"""Metering what is used without any call to wait for."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from billing.enums import UsageState
from billing.errors import PriceUnknown
from billing.models import Allowance, UsageEvent
from billing.services.allowances import convert, lock_allowances
from billing.services.metering.events import Use, meter_uses
from billing.services.metering.requests import (
    Key,
    Refusal,
    UsageRequest,
    find_by_action,
    list_wanted,
    price_requests,
    refuse_to_spend,
    select_mine,
    take_only,
)
from veri.platform.ops.errors import TransactionRequired


def charge_usage(*, request: UsageRequest, now: datetime) -> UsageEvent:
    """Meter what is used without any call to wait for, in the caller's transaction; ``upper_bound`` is what it takes.

    The same action returns the event it already has. Everybody who uses the service waits for its budget's lock until
    the transaction ends.

    Raises:
        PriceUnknown: the model has no price.
        BudgetExceeded, QuotaExceeded: it does not fit; nothing is charged.
        TransactionRequired: outside of a transaction.
    """
    return take_only(charge_many(requests=[request], now=now))


def charge_many(*, requests: Sequence[UsageRequest], now: datetime) -> list[UsageEvent | Refusal]:
    """Charge for each request what fits after those before it; see ``charge_usage``. Refusals are returned."""
    if not connection.in_atomic_block:
        raise TransactionRequired(what="usage without a reservation")
    amounts = price_requests(requests, now)
    wanted = list_wanted(requests, amounts)
    allowances = lock_allowances(wanted=wanted, now=now) if wanted else {}
    uses: dict[Key, Use] = {}
    refused: dict[Key, Refusal] = {}
    for request, amount in zip(requests, amounts, strict=True):
        if isinstance(amount, PriceUnknown):
            refused[request.key] = amount
        elif request.key in uses:
            continue
        elif refusal := refuse_to_spend(request, (mine := select_mine(allowances, request)), amount, now):
            refused[request.key] = refusal
        else:
            for one in mine:
                one.spent += convert(one, money=amount)
            uses[request.key] = _build_use(request, amount, mine, now)
    events = meter_uses(uses=list(uses.values()))
    # What was metered before is found only now: it is rare.
    earlier = find_by_action(UsageEvent, {one.key for one in requests} - events.keys())
    return [events.get(one.key) or earlier.get(one.key) or refused[one.key] for one in requests]


def _build_use(request: UsageRequest, amount: int, mine: Sequence[Allowance], now: datetime) -> Use:
    return Use(
        source=request.source,
        action=request.action,
        creator_id=request.creator_id,
        service=request.service,
        model=request.model,
        counts=request.upper_bound,
        cost=amount,
        state=UsageState.METERED,
        at=now,
        allowances=[one.pk for one in mine],
    )
