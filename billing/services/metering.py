"""Reserve → call → settle, in PostgreSQL: nothing overspends, everything is metered once.

Many actions share one transaction, so that a burst waits for few commits; one action is a batch of one. Allowances are
locked in the order of their scope names. The unique action makes every step idempotent.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from billing.enums import AllowanceUnit, ReservationState, UsageState
from billing.errors import (
    AllowanceExceeded,
    BudgetExceeded,
    PriceUnknown,
    ReservationNotHeld,
    SpendingStopped,
    TooManyAtOnce,
)
from billing.models import Allowance, Reservation, UsageEvent
from billing.queries.stops import find_stop
from billing.services.allowances import convert, find_refusal, list_scopes, lock_allowances, lock_held
from billing.services.bookkeeping import Attempt, Use, hold_reservations, meter_uses, move_reserved
from billing.services.budgets.notices import notice_refusals
from billing.services.pricing import PriceBook, TokenCounts
from migration.failpoints import reach
from veri.platform.connections.batches import Batches
from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows
from veri.platform.ops.errors import TransactionRequired

HOLD = timedelta(minutes=10)
_LOCK = """
SELECT {one} FROM billing_reservation one WHERE source = ANY(%s) AND action = ANY(%s) ORDER BY id FOR UPDATE"""
T = TypeVar("T")
M = TypeVar("M", Reservation, UsageEvent)


@dataclass(frozen=True, kw_only=True)
class UsageRequest:
    """What is about to be used: ``upper_bound`` are the most tokens it can take.

    ``is_fallback`` is another try, at another model, of what a first request counts in the quota.
    """

    source: str
    action: str
    creator_id: int | None
    service: str
    model: str
    upper_bound: TokenCounts
    is_fallback: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.action


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What an action really used. ``is_certain=False``: there may be more that the provider never told.

    ``counts`` None charges the estimate: for a call that was sent and never told what it used.
    """

    source: str
    action: str
    counts: TokenCounts | None
    provider_request_id: str = ""
    is_certain: bool = True
    attempts: Sequence[Attempt] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.action


Refusal = AllowanceExceeded | PriceUnknown | TooManyAtOnce


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
    return _take_only(reserve_many(requests=[request], now=now))


@transaction.atomic(durable=True)
def reserve_many(*, requests: Sequence[UsageRequest], now: datetime) -> list[Reservation | Refusal]:
    """Reserve for each request what fits after those before it; see ``reserve_usage``. Refusals are returned."""
    amounts, allowances = _prepare(requests, now)
    priced = {one.key: amount for one, amount in zip(requests, amounts, strict=True)}
    found: dict[tuple[str, str], Reservation | Refusal] = {}
    waiting = list({one.key: one for one in requests}.values())
    while waiting:
        fresh, refused = _choose(waiting, priced, allowances, now)
        moves = [(*key, pk, amount) for key, one in fresh.items() for pk, amount in _list_held(one, allowances)]
        new = hold_reservations(reservations=list(fresh.values()), held=moves)
        doubled = fresh.keys() - new
        earlier = _find_reservations([one for one in waiting if one.key in doubled or one.key in refused])
        found |= refused | {key: fresh[key] for key in new} | earlier
        _give_back(fresh, doubled, allowances)
        # A double click took no room: who was refused after it may fit.
        waiting = [one for one in waiting if doubled and one.key in refused and one.key not in earlier]
    reach("metering.reserved")
    full = {one.scope for one in found.values() if isinstance(one, BudgetExceeded)}
    notice_refusals(allowances=[one for scope, one in allowances.items() if scope in full], now=now)
    return [found[one.key] for one in requests]


def _choose(
    requests: Sequence[UsageRequest],
    priced: Mapping[tuple[str, str], int | PriceUnknown],
    allowances: Mapping[str, Allowance],
    now: datetime,
) -> tuple[dict[tuple[str, str], Reservation], dict[tuple[str, str], Refusal]]:
    """Return what fits, held in memory, and why the rest does not."""
    fresh: dict[tuple[str, str], Reservation] = {}
    refused: dict[tuple[str, str], Refusal] = {}
    for request in requests:
        amount = priced[request.key]
        if isinstance(amount, PriceUnknown):
            refused[request.key] = amount
            continue
        mine = _select(allowances, request)
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
    fresh: Mapping[tuple[str, str], Reservation],
    doubled: Collection[tuple[str, str]],
    allowances: Mapping[str, Allowance],
) -> None:
    by_id = {one.pk: one for one in allowances.values()}
    for key in doubled:
        for pk, amount in _list_held(fresh[key], allowances):
            by_id[pk].reserved -= amount


def charge_usage(*, request: UsageRequest, now: datetime) -> UsageEvent:
    """Meter what is used without any call to wait for, in the caller's transaction; ``upper_bound`` is what it takes.

    The same action returns the event it already has. Everybody who uses the service waits for its budget's lock until
    the transaction ends.

    Raises:
        PriceUnknown: the model has no price.
        BudgetExceeded, QuotaExceeded: it does not fit; nothing is charged.
        TransactionRequired: outside of a transaction.
    """
    return _take_only(charge_many(requests=[request], now=now))


def charge_many(*, requests: Sequence[UsageRequest], now: datetime) -> list[UsageEvent | Refusal]:
    """Charge for each request what fits after those before it; see ``charge_usage``. Refusals are returned."""
    if not connection.in_atomic_block:
        raise TransactionRequired(what="usage without a reservation")
    amounts, allowances = _prepare(requests, now)
    uses: dict[tuple[str, str], Use] = {}
    refused: dict[tuple[str, str], Refusal] = {}
    for request, amount in zip(requests, amounts, strict=True):
        if isinstance(amount, PriceUnknown):
            refused[request.key] = amount
        elif request.key in uses:
            continue
        elif refusal := _refuse_to_spend(request, (mine := _select(allowances, request)), amount, now):
            refused[request.key] = refusal
        else:
            for one in mine:
                one.spent += convert(one, money=amount)
            uses[request.key] = _build_use(request, amount, mine, now)
    events = meter_uses(uses=list(uses.values()))
    # What was metered before is found only now: it is rare.
    missing = [request for request in requests if request.key not in events]
    earlier = _find_events(missing)
    return [events.get(one.key) or earlier.get(one.key) or refused[one.key] for one in requests]


def settle_usage(
    *,
    source: str,
    action: str,
    counts: TokenCounts,
    provider_request_id: str = "",
    is_certain: bool = True,
    attempts: Sequence[Attempt] = (),
) -> UsageEvent:
    """Meter what was really used and free the rest of the reservation; settling again returns the same event.

    Raises:
        ReservationNotHeld: when the action was never reserved, was released, or expired and was charged as estimated.
    """
    settlement = Settlement(
        source=source,
        action=action,
        counts=counts,
        provider_request_id=provider_request_id,
        is_certain=is_certain,
        attempts=attempts,
    )
    if is_bridged():
        return wait_for(_SETTLING.submit(settlement))
    return _take_only(_settle_batch([settlement]))


def charge_estimate(*, source: str, action: str) -> bool:
    """Charge a held reservation with its estimate, marked as not reconciled; return whether it was still held.

    For a call that was sent and never told what it used: charging nothing would hide money that may be spent.
    """
    with transaction.atomic(durable=True):
        (result,) = settle_many(settlements=[Settlement(source=source, action=action, counts=None)])
    return isinstance(result, UsageEvent)


@transaction.atomic(savepoint=False)
def settle_many(*, settlements: Sequence[Settlement]) -> list[UsageEvent | ReservationNotHeld]:
    """Settle each reservation that is still held; the others are returned as ``ReservationNotHeld``.

    What was settled before returns its event; an estimate for it counts as not held.
    """
    reservations = _lock_reservations(settlements)
    open_ones = {key: one for key, one in reservations.items() if one.state == ReservationState.HELD}
    allowances = lock_held(keys=sorted({pk for one in open_ones.values() for pk in one.allowances}))
    book = PriceBook((one.service, one.model) for one in open_ones.values())
    uses = {
        one.key: _build_settled(open_ones[one.key], one, book, allowances)
        for one in settlements
        if one.key in open_ones
    }
    events = meter_uses(uses=list(uses.values()))
    reach("metering.settled")
    settled = [one for one in settlements if one.counts is not None and _is_settled(reservations.get(one.key))]
    earlier = _find_events(settled)
    return [events.get(one.key) or earlier.get(one.key) or _refuse(one) for one in settlements]


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


def expire_reservations(*, now: datetime, limit: int = 500) -> int:
    """Charge reservations nobody settled with their estimate, marked as not reconciled; return how many.

    A crash after the call leaves the money spent: charging nothing would hide it.
    """
    due = Reservation.objects.filter(state=ReservationState.HELD, expires_at__lte=now).order_by("expires_at")
    keys = list(due.values_list("source", "action")[:limit])
    return sum(charge_estimate(source=source, action=action) for source, action in keys)


def _prepare(requests: Sequence[UsageRequest], now: datetime) -> tuple[list[int | PriceUnknown], dict[str, Allowance]]:
    """Return each request's cost, and the locked allowances of all that have one."""
    book = PriceBook((one.service, one.model) for one in requests)
    amounts = [_price(book, one, now) for one in requests]
    wanted: dict[str, tuple[AllowanceUnit, int]] = {}
    for request, amount in zip(requests, amounts, strict=True):
        if isinstance(amount, int):
            wanted |= _list_scopes(request)
    return amounts, lock_allowances(wanted=wanted, now=now) if wanted else {}


def _price(book: PriceBook, request: UsageRequest, now: datetime) -> int | PriceUnknown:
    try:
        return book.price(service=request.service, model=request.model, counts=request.upper_bound, at=now)
    except PriceUnknown as unknown:
        return unknown


def _list_scopes(request: UsageRequest) -> dict[str, tuple[AllowanceUnit, int]]:
    return list_scopes(
        source=request.source,
        service=request.service,
        model=request.model,
        creator_id=request.creator_id,
        is_counted=not request.is_fallback,
    )


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
    return _refuse_to_spend(request, mine, amount, now)


def _refuse_to_spend(
    request: UsageRequest, mine: Sequence[Allowance], amount: int, now: datetime
) -> AllowanceExceeded | None:
    if amount and (stopped := find_stop(service=request.service)):
        return SpendingStopped(scope=stopped, now=now)
    return find_refusal(allowances=mine, amount=amount)


def _select(allowances: Mapping[str, Allowance], request: UsageRequest) -> list[Allowance]:
    return [allowances[scope] for scope in sorted(_list_scopes(request))]


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


def _build_use(request: UsageRequest, amount: int, allowances: Sequence[Allowance], now: datetime) -> Use:
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
        allowances=allowances,
    )


def _build_settled(
    held: Reservation, settlement: Settlement, book: PriceBook, allowances: Mapping[int, Allowance]
) -> Use:
    """Return the one use of a reservation, in the period in which it was reserved."""
    counts = settlement.counts
    is_certain = counts is not None and settlement.is_certain
    return Use(
        source=held.source,
        action=held.action,
        creator_id=held.creator_id,
        service=held.service,
        model=held.model,
        counts=counts or TokenCounts(),
        cost=held.amount_micro_usd
        if counts is None
        else book.price(service=held.service, model=held.model, counts=counts, at=held.reserved_at),
        state=UsageState.METERED if is_certain else UsageState.UNRECONCILED,
        at=held.reserved_at,
        allowances=[allowances[pk] for pk in held.allowances if pk in allowances],
        provider_request_id=settlement.provider_request_id,
        freed=held.amount_micro_usd,
        attempts=settlement.attempts,
        reservation_id=held.pk,
        closes_as=ReservationState.EXPIRED if counts is None else ReservationState.SETTLED,
    )


def _lock_reservations(settlements: Sequence[Settlement]) -> dict[tuple[str, str], Reservation]:
    sources, actions = {one.source for one in settlements}, {one.action for one in settlements}
    columns = list_columns(model=Reservation, table="one")
    rows = fetch_rows(_LOCK.format(one=columns), [list(sources), list(actions)])
    found = [build_instance(model=Reservation, row=row) for row in rows]
    return {(one.source, one.action): one for one in found}


def _find_reservations(requests: Sequence[UsageRequest]) -> dict[tuple[str, str], Reservation]:
    if not requests:
        return {}
    found = _of_actions(Reservation, {one.key for one in requests})
    return {(one.source, one.action): one for one in found}


def _find_events(wanted: Sequence[UsageRequest] | Sequence[Settlement]) -> dict[tuple[str, str], UsageEvent]:
    if not wanted:
        return {}
    found = _of_actions(UsageEvent, {one.key for one in wanted})
    return {(one.source, one.action): one for one in found}


def _of_actions(model: type[M], keys: Collection[tuple[str, str]]) -> QuerySet[M]:
    """Return rows with these sources and these actions, by the unique index of both."""
    return model.objects.filter(source__in={source for source, _ in keys}, action__in={one for _, one in keys})


def _is_settled(reservation: Reservation | None) -> bool:
    return reservation is not None and reservation.state == ReservationState.SETTLED


def _refuse(settlement: Settlement) -> ReservationNotHeld:
    return ReservationNotHeld(f"{settlement.source} {settlement.action} holds no reservation.")


def _reserve_batch(items: Sequence[tuple[UsageRequest, datetime]]) -> list[Reservation | Refusal]:
    return reserve_many(requests=[request for request, _ in items], now=max(now for _, now in items))


def _settle_batch(settlements: Sequence[Settlement]) -> list[UsageEvent | ReservationNotHeld]:
    with transaction.atomic(durable=True):
        return settle_many(settlements=settlements)


_RESERVING: Batches[tuple[UsageRequest, datetime], Reservation] = Batches(name="reserving", process=_reserve_batch)
_SETTLING: Batches[Settlement, UsageEvent] = Batches(name="settling", process=_settle_batch)


def _take_only(results: Sequence[T | Exception]) -> T:
    """Return the result of a batch of one, or raise it."""
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return result
