"""What reserving, charging and settling write: usage events, and the sums of the allowances they use."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from billing.enums import AttemptOutcome, ReservationState, UsageState
from billing.models import Allowance, Reservation, UsageEvent
from billing.services.allowances import convert
from billing.services.pricing import TokenCounts
from veri.platform.connections.reading import fetch_rows

_COLUMNS = {
    "source": "varchar",
    "action": "varchar",
    "creator_id": "bigint",
    "service": "varchar",
    "model": "varchar",
    "input_tokens": "bigint",
    "cache_write_5m_tokens": "bigint",
    "cache_write_1h_tokens": "bigint",
    "cache_read_tokens": "bigint",
    "output_tokens": "bigint",
    "units": "bigint",
    "cost_micro_usd": "bigint",
    "state": "varchar",
    "provider_request_id": "varchar",
    "occurred_at": "timestamptz",
}
_ATTEMPT_COLUMNS = {
    "number": "int",
    "provider_request_id": "varchar",
    "outcome": "varchar",
    "input_tokens": "bigint",
    "cache_write_5m_tokens": "bigint",
    "cache_write_1h_tokens": "bigint",
    "cache_read_tokens": "bigint",
    "output_tokens": "bigint",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
}
_TOKENS = tuple(name for name in _COLUMNS if name.endswith("_tokens"))
_NAMES = ", ".join(_COLUMNS)
_ATTEMPT_NAMES = ", ".join(_ATTEMPT_COLUMNS)
_ATTEMPT_ARRAYS = ", ".join(f"%(attempt_{name})s::{kind}[]" for name, kind in _ATTEMPT_COLUMNS.items())
_ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())
# Meters an action only once, and spends only what is metered; the caller holds the allowances' locks, which also gives
# the transaction its number before its first event has an id: rolling up relies on that.
_METER = f"""
WITH metered AS (
  INSERT INTO billing_usageevent ({_NAMES})
  SELECT {_NAMES} FROM unnest({_ARRAYS}) AS used ({_NAMES})
  ON CONFLICT (source, action) DO NOTHING
  RETURNING id, source, action
), moved AS (
  SELECT allowance, sum(spent) AS spent, sum(freed) AS freed
  FROM unnest(%(moved_source)s::varchar[], %(moved_action)s::varchar[], %(allowance)s::bigint[], %(spent)s::bigint[],
              %(freed)s::bigint[]) AS moved (source, action, allowance, spent, freed)
  JOIN metered USING (source, action)
  GROUP BY allowance
), kept AS (
  UPDATE billing_allowance SET spent = billing_allowance.spent + moved.spent, reserved = reserved - moved.freed
  FROM moved WHERE id = allowance
), closed AS (
  UPDATE billing_reservation SET state = closing.state
  FROM unnest(%(closed)s::bigint[], %(closed_state)s::varchar[]) AS closing (id, state)
  WHERE billing_reservation.id = closing.id
), attempted AS (
  INSERT INTO billing_usageattempt (event_id, {_ATTEMPT_NAMES})
  SELECT metered.id, {_ATTEMPT_NAMES}
  FROM unnest(%(attempt_source)s::varchar[], %(attempt_action)s::varchar[], {_ATTEMPT_ARRAYS})
    AS attempt (source, action, {_ATTEMPT_NAMES})
  JOIN metered USING (source, action)
)
SELECT id, source, action FROM metered"""  # noqa: S608  names from code
_MOVE = """
UPDATE billing_allowance SET reserved = reserved + held
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (allowance, held) WHERE id = allowance RETURNING id"""


# Holds an action only once, and reserves only for what is new; the caller holds the allowances' locks.
_HOLD = """
WITH held AS (
  INSERT INTO billing_reservation (source, action, creator_id, service, model, amount_micro_usd, allowances, state,
    reserved_at, expires_at)
  SELECT source, action, creator_id, service, model, amount, allowances::bigint[], 'held', reserved_at, expires_at
  FROM unnest(%(source)s::varchar[], %(action)s::varchar[], %(creator_id)s::bigint[], %(service)s::varchar[],
    %(model)s::varchar[], %(amount)s::bigint[], %(allowances)s::varchar[], %(reserved_at)s::timestamptz[],
    %(expires_at)s::timestamptz[])
    AS one (source, action, creator_id, service, model, amount, allowances, reserved_at, expires_at)
  ON CONFLICT (source, action) DO NOTHING
  RETURNING id, source, action
), moved AS (
  SELECT allowance, sum(held) AS held
  FROM unnest(%(moved_source)s::varchar[], %(moved_action)s::varchar[], %(allowance)s::bigint[], %(held)s::bigint[])
    AS moved (source, action, allowance, held)
  JOIN held USING (source, action)
  GROUP BY allowance
), kept AS (
  UPDATE billing_allowance SET reserved = reserved + moved.held FROM moved WHERE id = allowance
)
SELECT id, source, action FROM held"""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One call of a provider: what it counted, however it ended."""

    counts: TokenCounts
    outcome: AttemptOutcome
    started_at: datetime
    ended_at: datetime
    provider_request_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Use:
    """One metered action and the locked allowances it is taken from; ``freed`` is the money it held of them before.

    None has held nothing, not even a request. ``reservation_id`` is closed with it.
    """

    source: str
    action: str
    creator_id: int | None
    service: str
    model: str
    counts: TokenCounts
    cost: int
    state: UsageState
    at: datetime
    allowances: Sequence[Allowance]
    provider_request_id: str = ""
    freed: int | None = None
    attempts: Sequence[Attempt] = ()
    reservation_id: int | None = None
    closes_as: ReservationState = ReservationState.SETTLED

    @property
    def values(self) -> dict[str, object]:
        """Return the usage event's columns."""
        return {
            "source": self.source,
            "action": self.action,
            "creator_id": self.creator_id,
            "service": str(self.service),
            "model": self.model,
            **_list_tokens(self.counts),
            "units": self.counts.units,
            "cost_micro_usd": self.cost,
            "state": self.state.value,
            "provider_request_id": self.provider_request_id,
            "occurred_at": self.at,
        }


@dataclass
class _Moves:
    """Columns of what is spent and freed."""

    rows: list[tuple[str, str, int, int, int]] = field(default_factory=list)

    def add(self, use: Use) -> None:
        for one in use.allowances:
            spent = convert(one, money=use.cost)
            freed = 0 if use.freed is None else convert(one, money=use.freed)
            self.rows.append((use.source, use.action, one.pk, spent, freed))

    def list_columns(self) -> dict[str, list[object]]:
        names = ("moved_source", "moved_action", "allowance", "spent", "freed")
        return {name: [row[place] for row in self.rows] for place, name in enumerate(names)}


def meter_uses(*, uses: Sequence[Use]) -> dict[tuple[str, str], UsageEvent]:
    """Store usage events and spend what they cost, in one statement; return those that are new by source and action.

    In the transaction that locked the allowances. An action that is metered already is left as it is.
    """
    if not uses:
        return {}
    values = [one.values for one in uses]
    moves = _Moves()
    for one in uses:
        moves.add(one)
    parameters = {name: [one[name] for one in values] for name in _COLUMNS} | moves.list_columns()
    parameters |= _list_attempts(uses)
    closed = [one for one in uses if one.reservation_id is not None]
    parameters["closed"] = [one.reservation_id for one in closed]
    parameters["closed_state"] = [one.closes_as.value for one in closed]
    by_action = {(one.source, one.action): one.values for one in uses}
    return {
        (source, action): UsageEvent(pk=pk, **by_action[source, action])
        for pk, source, action in fetch_rows(_METER, parameters)
    }


def hold_reservations(
    *, reservations: Sequence[Reservation], held: Sequence[tuple[str, str, int, int]]
) -> set[tuple[str, str]]:
    """Store reservations and reserve what they hold, in one statement; return the actions that had none before.

    ``held`` is ``(source, action, allowance, amount)``. The new ones get their ids.
    """
    if not reservations:
        return set()
    columns = {
        "source": [one.source for one in reservations],
        "action": [one.action for one in reservations],
        "creator_id": [one.creator_id for one in reservations],
        "service": [str(one.service) for one in reservations],
        "model": [one.model for one in reservations],
        "amount": [one.amount_micro_usd for one in reservations],
        "allowances": ["{" + ",".join(map(str, one.allowances)) + "}" for one in reservations],
        "reserved_at": [one.reserved_at for one in reservations],
        "expires_at": [one.expires_at for one in reservations],
    }
    names = ("moved_source", "moved_action", "allowance", "held")
    moves = {name: [row[place] for row in held] for place, name in enumerate(names)}
    ids = {(source, action): pk for pk, source, action in fetch_rows(_HOLD, columns | moves)}
    for one in reservations:
        one.pk = ids.get((one.source, one.action))
    return set(ids)


def _list_tokens(counts: TokenCounts) -> dict[str, object]:
    return {name: getattr(counts, name.removesuffix("_tokens")) for name in _TOKENS}


def _list_attempts(uses: Sequence[Use]) -> dict[str, list[object]]:
    """Return the columns of all attempts, each with the action it belongs to."""
    rows = [
        {
            "source": use.source,
            "action": use.action,
            "number": number,
            "provider_request_id": one.provider_request_id[:120],
            "outcome": one.outcome.value,
            **_list_tokens(one.counts),
            "started_at": one.started_at,
            "ended_at": one.ended_at,
        }
        for use in uses
        for number, one in enumerate(use.attempts, 1)
    ]
    return {f"attempt_{name}": [row[name] for row in rows] for name in ("source", "action", *_ATTEMPT_COLUMNS)}


def move_reserved(*, held: Counter[int]) -> None:
    """Add to what is reserved of locked allowances, by id; negative amounts free."""
    if held:
        fetch_rows(_MOVE, [list(held), list(held.values())])
