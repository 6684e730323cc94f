"""Reserve → call → settle, in PostgreSQL: nothing overspends, everything is metered once.

Allowances are locked in the order of their scope names. The reservation's unique action makes every step idempotent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, When

from billing.enums import AllowanceUnit, ReservationState, UsageState
from billing.errors import AllowanceExceeded, BudgetExceeded, QuotaExceeded, ReservationNotHeld
from billing.models import Allowance, Reservation, UsageEvent
from billing.services.periods import get_month
from billing.services.pricing import TokenCounts, price_tokens
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows
from veri.platform.ops.errors import TransactionRequired

HOLD = timedelta(minutes=10)
MICRO = 1_000_000
REQUESTS_PER_MONTH = {"assistant": 10_000}  # of one creator, by source; other sources have no quota

_QUOTA_USED_UP = """
SELECT 1 FROM billing_allowance WHERE scope = %s AND period_start = %s AND spent + reserved >= "limit" """

_LOCK = """
SELECT {one} FROM billing_allowance one WHERE scope = ANY(%s) AND period_start = %s ORDER BY scope FOR UPDATE"""

# Spends only what is metered, and meters an action only once; the caller holds the allowances' locks.
_CHARGE = """
WITH metered AS (
  INSERT INTO billing_usageevent (
    source, action, creator_id, service, model, input_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
    cache_read_tokens, output_tokens, cost_micro_usd, state, provider_request_id, occurred_at)
  VALUES (
    %(source)s, %(action)s, %(creator_id)s, %(service)s, %(model)s, %(input_tokens)s, %(cache_write_5m_tokens)s,
    %(cache_write_1h_tokens)s, %(cache_read_tokens)s, %(output_tokens)s, %(cost_micro_usd)s, %(state)s,
    %(provider_request_id)s, %(occurred_at)s)
  ON CONFLICT (source, action) DO NOTHING
  RETURNING id
), spent AS (
  UPDATE billing_allowance SET spent = spent + CASE unit WHEN 'micro_usd' THEN %(cost_micro_usd)s ELSE 1 END
  WHERE id = ANY(%(allowances)s) AND EXISTS (SELECT FROM metered)
)
SELECT id FROM metered"""


@dataclass(frozen=True, kw_only=True)
class UsageRequest:
    """What is about to be used: ``upper_bound`` are the most tokens it can take."""

    source: str
    action: str
    creator_id: int | None
    service: str
    model: str
    upper_bound: TokenCounts


@transaction.atomic(durable=True)
def reserve_usage(*, request: UsageRequest, now: datetime) -> Reservation:
    """Hold the cost of the upper bound in the service's budget, and one request in the creator's quota.

    The same action returns the reservation it already has.

    Raises:
        PriceUnknown: the model has no price.
        BudgetExceeded, QuotaExceeded: it does not fit; nothing is held.
    """
    amount = price_tokens(service=request.service, model=request.model, counts=request.upper_bound, at=now)
    allowances = _lock_allowances(request, now)
    known = Reservation.objects.filter(source=request.source, action=request.action).first()
    if known:  # a double click got the locks first
        return known
    _check_room(allowances, amount)
    Allowance.objects.filter(pk__in=[one.pk for one in allowances]).update(
        reserved=F("reserved") + _by_unit(money=amount, requests=1)
    )
    return Reservation.objects.create(
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


def check_quota(*, source: str, creator_id: int, now: datetime) -> None:
    """Refuse before any work is done for a creator whose quota is used up; the reservation decides for good.

    Raises:
        QuotaExceeded: nothing is left this month.
    """
    start, end = get_month(now)
    scope = f"quota:{source}:{creator_id}"
    if fetch_rows(_QUOTA_USED_UP, [scope, start]):
        raise QuotaExceeded(scope=scope, resets_at=end)


def charge_usage(*, request: UsageRequest, now: datetime) -> UsageEvent:
    """Meter what is used without any call to wait for, in the caller's transaction; ``upper_bound`` is what it takes.

    The same action returns the event it already has. Everybody who uses the service waits for its budget's lock until
    the transaction ends: this should be its last step.

    Raises:
        PriceUnknown: the model has no price.
        BudgetExceeded, QuotaExceeded: it does not fit; nothing is charged.
        TransactionRequired: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="usage without a reservation")
    cost = price_tokens(service=request.service, model=request.model, counts=request.upper_bound, at=now)
    allowances = _lock_allowances(request, now)
    try:
        _check_room(allowances, cost)
    except AllowanceExceeded:
        if known := UsageEvent.objects.filter(source=request.source, action=request.action).first():
            return known  # metered with what there still was
        raise
    values = _list_values(request, counts=request.upper_bound, cost=cost, state=UsageState.METERED, at=now)
    metered = fetch_rows(_CHARGE, {**values, "allowances": [one.pk for one in allowances]})
    if not metered:  # a double click got the locks first
        return UsageEvent.objects.get(source=request.source, action=request.action)
    return UsageEvent(pk=metered[0][0], **values)


@transaction.atomic(durable=True)
def settle_usage(
    *, source: str, action: str, counts: TokenCounts, provider_request_id: str = "", is_certain: bool = True
) -> UsageEvent:
    """Meter what was really used and free the rest of the reservation; settling again returns the same event.

    ``is_certain=False`` marks it as not reconciled: there may be more that the provider never told.

    Raises:
        ReservationNotHeld: when the action was never reserved, was released, or expired and was charged as estimated.
    """
    reservation = _lock_reservation(source, action)
    if reservation is not None and reservation.state == ReservationState.SETTLED:
        return UsageEvent.objects.get(source=source, action=action)
    if reservation is None or reservation.state != ReservationState.HELD:
        raise ReservationNotHeld(f"{source} {action} holds no reservation.")
    cost = price_tokens(service=reservation.service, model=reservation.model, counts=counts, at=reservation.reserved_at)
    state = UsageState.METERED if is_certain else UsageState.UNRECONCILED
    return _close(
        reservation,
        state=ReservationState.SETTLED,
        cost=cost,
        counts=counts,
        usage_state=state,
        provider_request_id=provider_request_id,
    )


@transaction.atomic(durable=True)
def charge_estimate(*, source: str, action: str) -> bool:
    """Charge a held reservation with its estimate, marked as not reconciled; return whether it was still held.

    For a call that was sent and never told what it used: charging nothing would hide money that may be spent.
    """
    reservation = _lock_reservation(source, action)
    if reservation is None or reservation.state != ReservationState.HELD:
        return False
    cost = reservation.amount_micro_usd
    _close(
        reservation,
        state=ReservationState.EXPIRED,
        cost=cost,
        counts=TokenCounts(),
        usage_state=UsageState.UNRECONCILED,
        provider_request_id="",
    )
    return True


@transaction.atomic(durable=True)
def release_usage(*, source: str, action: str) -> None:
    """Free a reservation whose call never happened or failed without cost; releasing again does nothing."""
    reservation = _lock_reservation(source, action)
    if reservation is None or reservation.state != ReservationState.HELD:
        return
    _give_back(reservation, cost=0, requests=0)
    Reservation.objects.filter(pk=reservation.pk).update(state=ReservationState.RELEASED)


def expire_reservations(*, now: datetime, limit: int = 500) -> int:
    """Charge reservations nobody settled with their estimate, marked as not reconciled; return how many.

    A crash after the call leaves the money spent: charging nothing would hide it.
    """
    due = Reservation.objects.filter(state=ReservationState.HELD, expires_at__lte=now).order_by("expires_at")
    keys = list(due.values_list("source", "action")[:limit])
    return sum(charge_estimate(source=source, action=action) for source, action in keys)


def _close(
    reservation: Reservation,
    *,
    state: ReservationState,
    cost: int,
    counts: TokenCounts,
    usage_state: UsageState,
    provider_request_id: str,
) -> UsageEvent:
    """Close a reservation with its one usage event, in the period in which it was reserved."""
    _give_back(reservation, cost=cost, requests=1)
    Reservation.objects.filter(pk=reservation.pk).update(state=state)
    return _create_event(
        reservation,
        counts=counts,
        cost=cost,
        state=usage_state,
        at=reservation.reserved_at,
        provider_request_id=provider_request_id,
    )


def _create_event(
    used: Reservation, *, counts: TokenCounts, cost: int, state: UsageState, at: datetime, provider_request_id: str
) -> UsageEvent:
    values = _list_values(used, counts=counts, cost=cost, state=state, at=at, provider_request_id=provider_request_id)
    return UsageEvent.objects.create(**values)


def _list_values(
    used: Reservation | UsageRequest,
    *,
    counts: TokenCounts,
    cost: int,
    state: UsageState,
    at: datetime,
    provider_request_id: str = "",
) -> dict[str, Any]:
    """Return a usage event's columns."""
    return {
        "source": used.source,
        "action": used.action,
        "creator_id": used.creator_id,
        "service": str(used.service),
        "model": used.model,
        "input_tokens": counts.input,
        "cache_write_5m_tokens": counts.cache_write_5m,
        "cache_write_1h_tokens": counts.cache_write_1h,
        "cache_read_tokens": counts.cache_read,
        "output_tokens": counts.output,
        "cost_micro_usd": cost,
        "state": state.value,
        "provider_request_id": provider_request_id,
        "occurred_at": at,
    }


def _check_room(allowances: Iterable[Allowance], amount: int) -> None:
    """Raise when an amount of money, or one request, does not fit what is left of a locked allowance."""
    for allowance in allowances:
        needed = amount if allowance.unit == AllowanceUnit.MICRO_USD else 1
        if allowance.spent + allowance.reserved + needed > allowance.limit:
            raise _build_refusal(allowance)


def _give_back(reservation: Reservation, *, cost: int, requests: int) -> None:
    """Turn what was held into what was spent, in the order in which reserving took the locks."""
    held = Allowance.objects.select_for_update().filter(pk__in=reservation.allowances).order_by("scope")
    keys = list(held.values_list("pk", flat=True))  # the lock; one update then needs no order
    Allowance.objects.filter(pk__in=keys).update(
        reserved=F("reserved") - _by_unit(money=reservation.amount_micro_usd, requests=1),
        spent=F("spent") + _by_unit(money=cost, requests=requests),
    )


def _by_unit(*, money: int, requests: int) -> Case:
    """Return the amount that an allowance's own unit calls for."""
    return Case(When(unit=AllowanceUnit.MICRO_USD, then=money), default=requests)


def _lock_reservation(source: str, action: str) -> Reservation | None:
    return Reservation.objects.select_for_update().filter(source=source, action=action).first()


def _lock_allowances(request: UsageRequest, now: datetime) -> list[Allowance]:
    """Return the action's allowances of this month, created where missing and locked by scope name."""
    start, end = get_month(now)
    wanted = {f"budget:{request.service}": (AllowanceUnit.MICRO_USD, get_budget(request.service))}
    if request.creator_id is not None and request.source in REQUESTS_PER_MONTH:
        quota = AllowanceUnit.REQUESTS, REQUESTS_PER_MONTH[request.source]
        wanted[f"quota:{request.source}:{request.creator_id}"] = quota
    found = _lock_scopes(wanted, start)
    if len(found) == len(wanted):
        return [_follow_configuration(one, wanted[one.scope][1]) for one in found]
    Allowance.objects.bulk_create(
        (
            Allowance(scope=scope, unit=unit, period_start=start, period_end=end, limit=limit)
            for scope, (unit, limit) in sorted(wanted.items())
        ),
        ignore_conflicts=True,
    )
    return _lock_scopes(wanted, start)


def _lock_scopes(scopes: Iterable[str], start: datetime) -> list[Allowance]:
    rows = fetch_rows(_LOCK.format(one=list_columns(model=Allowance, table="one")), [list(scopes), start])
    return [build_instance(model=Allowance, row=row) for row in rows]


def _follow_configuration(allowance: Allowance, configured: int) -> Allowance:
    """Let a configured limit that changed take effect at once, unless staff set this month's."""
    if allowance.limit != configured and not allowance.is_set_by_staff:
        allowance.limit = configured
        allowance.save(update_fields=["limit"])
    return allowance


def get_budget(service: str) -> int:
    """Return a service's monthly budget in micro-dollars; a service that costs nothing has a budget of nothing."""
    return int(settings.MONTHLY_BUDGETS.get(service, 0) * MICRO)


def _build_refusal(allowance: Allowance) -> AllowanceExceeded:
    kind = BudgetExceeded if allowance.scope.startswith("budget:") else QuotaExceeded
    return kind(scope=allowance.scope, resets_at=allowance.period_end)
