"""Holding what a call may use before it is made."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from billing.enums import AllowanceUnit, ReservationState
from billing.errors import AllowanceExceeded, BudgetExceeded, PriceUnknown, TooManyAtOnce
from billing.models import Allowance, Reservation
from billing.queries.stops import find_stop
from billing.services.allowances import convert, lock_allowances, lock_held
from billing.services.budgets.notices import notice_refusals
from billing.services.metering.holding import hold_all, hold_reservations, move_reserved
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
from migration.failpoints import reach
from veri.platform.connections.batches import Batches
from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.transactions import require_no_transaction

HOLD = timedelta(minutes=10)


def reserve_usage(*, request: UsageRequest, now: datetime) -> Reservation:
    """Hold the cost of the upper bound in the service's budget, and one request in the creator's quota.

    The same action returns the reservation it already has.

    Raises:
        PriceUnknown: the model has no price.
        BudgetExceeded, QuotaExceeded: it does not fit; nothing is held.
        SpendingStopped: staff stopped what costs money here.
        TooManyAtOnce: as many calls of the creator are under way as may be.
    """
    if is_bridged():
        return wait_for(_RESERVING.submit((request, now)))
    return take_only(reserve_many(requests=[request], now=now))


def reserve_many(*, requests: Sequence[UsageRequest], now: datetime) -> list[Reservation | Refusal]:
    """Reserve for each request what fits after those before it; see ``reserve_usage``. Refusals are returned."""
    require_no_transaction()
    amounts = price_requests(requests, now)
    found: dict[Key, Reservation | Refusal] = dict(_hold_all(requests, amounts, now))
    rest = {one.key: (one, amount) for one, amount in zip(requests, amounts, strict=True) if one.key not in found}
    if rest:
        found |= _reserve_in_turn([one for one, _ in rest.values()], [amount for _, amount in rest.values()], now)
    reach("metering.reserved")
    return [found[one.key] for one in requests]


def _hold_all(
    requests: Sequence[UsageRequest], amounts: Sequence[int | PriceUnknown], now: datetime
) -> dict[Key, Reservation]:
    """Return what was held at once, the usual case: nothing if the sum of all does not fit, or staff must be asked."""
    if not all(isinstance(one, int) for one in amounts) or any(find_stop(service=one.service) for one in requests):
        return {}
    reservations = {
        one.key: _build_reservation(one, amount, [], now)
        for one, amount in zip(requests, amounts, strict=True)
        if isinstance(amount, int)
    }
    alone = list({one.key: one for one in requests}.values())
    return hold_all(reservations=reservations, requests=alone, most_calls=settings.COSTS.concurrent_calls, now=now)


@transaction.atomic(durable=True)
def _reserve_in_turn(
    requests: Sequence[UsageRequest], amounts: Sequence[int | PriceUnknown], now: datetime
) -> dict[Key, Reservation | Refusal]:
    priced = {one.key: amount for one, amount in zip(requests, amounts, strict=True)}
    wanted = list_wanted(requests, amounts)
    allowances = lock_allowances(wanted=wanted, now=now) if wanted else {}
    found: dict[Key, Reservation | Refusal] = {}
    waiting = list(requests)
    while waiting:
        fresh, refused = _choose(waiting, priced, allowances, now)
        moves = [(*key, pk, amount) for key, one in fresh.items() for pk, amount in _list_held(one, allowances)]
        new = hold_reservations(reservations=list(fresh.values()), held=moves)
        doubled = fresh.keys() - new
        earlier = find_by_action(Reservation, {one.key for one in waiting if one.key in doubled or one.key in refused})
        found |= refused | {key: fresh[key] for key in new} | earlier
        _give_back(fresh, doubled, allowances)
        # A double click took no room: who was refused after it may fit.
        waiting = [one for one in waiting if doubled and one.key in refused and one.key not in earlier]
    full = {one.scope for one in found.values() if isinstance(one, BudgetExceeded)}
    notice_refusals(allowances=[one for scope, one in allowances.items() if scope in full], now=now)
    return found


def _choose(
    requests: Sequence[UsageRequest],
    priced: Mapping[Key, int | PriceUnknown],
    allowances: Mapping[str, Allowance],
    now: datetime,
) -> tuple[dict[Key, Reservation], dict[Key, Refusal]]:
    """Return what fits, held in memory, and why the rest does not."""
    fresh: dict[Key, Reservation] = {}
    refused: dict[Key, Refusal] = {}
    for request in requests:
        amount = priced[request.key]
        if isinstance(amount, PriceUnknown):
            refused[request.key] = amount
            continue
        mine = select_mine(allowances, request)
        if refusal := _refuse_to_hold(request, mine, amount, now):
            refused[request.key] = refusal
            continue
        for one in mine:
            one.reserved += convert(one, money=amount)
        fresh[request.key] = _build_reservation(request, amount, mine, now)
    return fresh, refused


def _list_held(reservation: Reservation, allowances: Mapping[str, Allowance]) -> list[tuple[int, int]]:
    """Return what a reservation holds of each allowance, by id."""
    mine = [one for one in allowances.values() if one.pk in reservation.allowances]
    return [(one.pk, convert(one, money=reservation.amount_micro_usd)) for one in mine]


def _give_back(
    fresh: Mapping[Key, Reservation],
    doubled: Collection[Key],
    allowances: Mapping[str, Allowance],
) -> None:
    by_id = {one.pk: one for one in allowances.values()}
    for key in doubled:
        for pk, amount in _list_held(fresh[key], allowances):
            by_id[pk].reserved -= amount


@transaction.atomic(durable=True)
def release_usage(*, source: str, action: str) -> None:
    """Free a reservation whose call never happened or failed without cost; releasing again does nothing."""
    reservation = Reservation.objects.select_for_update().filter(source=source, action=action).first()
    if reservation is None or reservation.state != ReservationState.HELD:
        return
    allowances = lock_held(keys=reservation.allowances)
    freed = {pk: -convert(one, money=reservation.amount_micro_usd) for pk, one in allowances.items()}
    move_reserved(held=Counter(freed))
    Reservation.objects.filter(pk=reservation.pk).update(state=ReservationState.RELEASED)


def _refuse_to_hold(
    request: UsageRequest, mine: Sequence[Allowance], amount: int, now: datetime
) -> AllowanceExceeded | TooManyAtOnce | None:
    """Return why nothing may be held: what may not be spent, or too many calls of the creator are under way.

    Each call under way holds a request of its creator's quota: what is reserved of it counts them.
    """
    quotas = [one for one in mine if one.unit == AllowanceUnit.REQUESTS]
    limit = settings.COSTS.concurrent_calls
    if any(one.reserved >= limit for one in quotas):
        return TooManyAtOnce(limit=limit)
    return refuse_to_spend(request, mine, amount, now)


def _build_reservation(
    request: UsageRequest, amount: int, allowances: Sequence[Allowance], now: datetime
) -> Reservation:
    return Reservation(
        source=request.source,
        action=request.action,
        creator_id=request.creator_id,
        service=request.service,
        model=request.model,
        amount_micro_usd=amount,
        allowances=[one.pk for one in allowances],
        reserved_at=now,
        expires_at=now + HOLD,
    )


_Asked = tuple[UsageRequest, datetime]


def _reserve_batch(items: Sequence[_Asked]) -> list[Reservation | Refusal]:
    return reserve_many(requests=[request for request, _ in items], now=max(now for _, now in items))


def _reserve_quickly(items: Sequence[_Asked]) -> list[Reservation | None]:
    """Hold all at once, on an event loop; what does not fit, or is held already, needs to be looked at."""
    requests, now = [request for request, _ in items], max(now for _, now in items)
    held = _hold_all(requests, price_requests(requests, now), now)
    reach("metering.reserved")
    return [held.get(one.key) for one in requests]


_RESERVING: Batches[_Asked, Reservation] = Batches(name="reserving", process=_reserve_batch, quick=_reserve_quickly)
