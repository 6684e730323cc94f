"""Metering what a reserved call really used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.enums import ReservationState, UsageState
from billing.errors import ReservationNotHeld
from billing.models import Reservation, UsageEvent
from billing.services.metering.events import Attempt, Use, meter_uses
from billing.services.metering.requests import Key, find_by_action, take_only
from billing.services.pricing import PriceBook, TokenCounts
from migration.failpoints import reach
from veri.platform.connections.batches import Batches
from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_prepared
from veri.platform.connections.transactions import require_no_transaction

_READ = """
SELECT {one} FROM billing_reservation one WHERE source = ANY(%s::varchar[]) AND action = ANY(%s::varchar[])"""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What an action really used. ``is_certain=False``: there may be more that the provider never told.

    ``counts`` None charges the estimate: for a call that was sent and never told what it used. ``reservation`` is what
    reserving returned, where it is still known: it need not be read.
    """

    source: str
    action: str
    counts: TokenCounts | None
    provider_request_id: str = ""
    is_certain: bool = True
    attempts: Sequence[Attempt] = ()
    reservation: Reservation | None = None

    @property
    def key(self) -> Key:
        return self.source, self.action


def settle_usage(
    *,
    source: str,
    action: str,
    counts: TokenCounts,
    provider_request_id: str = "",
    is_certain: bool = True,
    attempts: Sequence[Attempt] = (),
    reservation: Reservation | None = None,
) -> UsageEvent:
    """Meter what was really used and free the rest of the reservation; settling again returns the same event.

    See ``Settlement``.

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
        reservation=reservation,
    )
    if is_bridged():
        return wait_for(_SETTLING.submit(settlement))
    return take_only(_settle_for_good([settlement]))


def charge_estimate(*, source: str, action: str) -> bool:
    """Charge a held reservation with its estimate, marked as not reconciled; return whether it was still held.

    For a call that was sent and never told what it used: charging nothing would hide money that may be spent.
    """
    (result,) = _settle_for_good([Settlement(source=source, action=action, counts=None)])
    return isinstance(result, UsageEvent)


def expire_reservations(*, now: datetime, limit: int = 500) -> int:
    """Charge reservations nobody settled with their estimate, marked as not reconciled; return how many.

    A crash after the call leaves the money spent: charging nothing would hide it.
    """
    due = Reservation.objects.filter(state=ReservationState.HELD, expires_at__lte=now).order_by("expires_at")
    expired = [
        Settlement(source=source, action=action, counts=None)
        for source, action in due.values_list("source", "action")[:limit]
    ]
    return sum(isinstance(one, UsageEvent) for one in _settle_for_good(expired))


def settle_many(*, settlements: Sequence[Settlement]) -> list[UsageEvent | ReservationNotHeld]:
    """Settle each reservation that is still held; the others are returned as ``ReservationNotHeld``.

    What was settled before returns its event; an estimate for it counts as not held. One statement meters and frees
    them all, in the caller's transaction if there is one.
    """
    events = _meter_held(settlements)
    missing = {one.key for one in settlements if one.counts is not None and one.key not in events}
    earlier = _find_settled(missing)
    return [events.get(one.key) or earlier.get(one.key) or _refuse(one) for one in settlements]


def _meter_held(settlements: Sequence[Settlement]) -> dict[Key, UsageEvent]:
    known = {one.key: one.reservation for one in settlements if one.reservation}
    found = known | _read_reservations({one.key for one in settlements} - known.keys())
    held = {key: one for key, one in found.items() if one.state == ReservationState.HELD}
    book = PriceBook((one.service, one.model) for one in held.values())
    uses = {one.key: _build_use(held[one.key], one, book) for one in settlements if one.key in held}
    events = meter_uses(uses=list(uses.values()))
    reach("metering.settled")
    return events


def _settle_for_good(settlements: Sequence[Settlement]) -> list[UsageEvent | ReservationNotHeld]:
    """Settle, committed on return."""
    require_no_transaction()
    return settle_many(settlements=settlements)


def _settle_quickly(settlements: Sequence[Settlement]) -> list[UsageEvent | None]:
    """Settle what is held, on an event loop; the rest needs to be looked at."""
    events = _meter_held(settlements)
    return [events.get(one.key) for one in settlements]


_SETTLING: Batches[Settlement, UsageEvent] = Batches(name="settling", process=_settle_for_good, quick=_settle_quickly)


def _read_reservations(keys: Collection[Key]) -> dict[Key, Reservation]:
    """Return reservations, not locked: of one that is held, nothing but its state ever changes."""
    if not keys:
        return {}
    sources, actions = {source for source, _ in keys}, {action for _, action in keys}
    rows = fetch_prepared(
        _READ.format(one=list_columns(model=Reservation, table="one")), [list(sources), list(actions)]
    )
    found = (build_instance(model=Reservation, row=row) for row in rows)
    return {(one.source, one.action): one for one in found}


def _find_settled(keys: Collection[Key]) -> dict[Key, UsageEvent]:
    """Return the events of what somebody else settled, maybe between our reading and our writing."""
    again = _read_reservations(keys)
    return find_by_action(
        UsageEvent, {key for key in keys if key in again and again[key].state == ReservationState.SETTLED}
    )


def _build_use(held: Reservation, settlement: Settlement, book: PriceBook) -> Use:
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
        allowances=held.allowances,
        provider_request_id=settlement.provider_request_id,
        freed=held.amount_micro_usd,
        attempts=settlement.attempts,
        reservation_id=held.pk,
        closes_as=ReservationState.EXPIRED if counts is None else ReservationState.SETTLED,
    )


def _refuse(settlement: Settlement) -> ReservationNotHeld:
    return ReservationNotHeld(f"{settlement.source} {settlement.action} holds no reservation.")
