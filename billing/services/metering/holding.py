"""What reserving writes: reservations, and what they hold of their allowances."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from billing.enums import AllowanceUnit
from billing.models import Reservation
from billing.services.metering.requests import Key, UsageRequest
from billing.services.periods import get_month
from veri.platform.connections.reading import fetch_prepared, to_json

_COLUMNS = {
    "source": "varchar",
    "action": "varchar",
    "creator_id": "bigint",
    "service": "varchar",
    "model": "varchar",
    "amount_micro_usd": "bigint",
    "reserved_at": "timestamptz",
    "expires_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_TYPED = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
# Holds an action only once, and reserves only for what is new; the caller holds the allowances' locks.
_HOLD = f"""
WITH held AS (
  INSERT INTO billing_reservation ({_NAMES}, allowances, state)
  SELECT {_NAMES}, allowances, 'held' FROM jsonb_to_recordset(%s::jsonb) AS one ({_TYPED}, allowances bigint[])
  ON CONFLICT (source, action) DO NOTHING
  RETURNING id, source, action
), moved AS (
  SELECT allowance, sum(held) AS held
  FROM jsonb_to_recordset(%s::jsonb) AS moved (source varchar, action varchar, allowance bigint, held bigint)
  JOIN held USING (source, action)
  GROUP BY allowance
), kept AS (
  UPDATE billing_allowance SET reserved = reserved + moved.held FROM moved WHERE id = allowance
)
SELECT id, source, action FROM held"""  # noqa: S608  names from code
# Holds all or nothing, when every allowance exists, has its right limit, and has room for the sum of all. A statement
# that waited for a lock judges and changes the row as it is then.
_HOLD_ALL = f"""
WITH asked AS (
  SELECT *
  FROM jsonb_to_recordset(%(asked)s::jsonb) AS asked (scope varchar, configured bigint, sum bigint, most bigint)
), locked AS (
  SELECT one.id, one.scope, one.unit,
    spent + reserved + asked.sum <= one."limit" AND reserved + asked.sum <= COALESCE(most, reserved + asked.sum)
    AND (recount_at > %(now)s::timestamptz OR recount_at IS NULL AND (is_set_by_staff OR one."limit" = configured))
    AS fits
  FROM billing_allowance one JOIN asked ON asked.scope = one.scope
  WHERE period_start = %(start)s::timestamptz ORDER BY one.scope FOR UPDATE OF one
), held AS (
  INSERT INTO billing_reservation ({_NAMES}, allowances, state)
  SELECT {_NAMES}, ARRAY(SELECT id FROM locked WHERE scope = ANY(scopes) ORDER BY scope), 'held'
  FROM jsonb_to_recordset(%(reservations)s::jsonb) AS one ({_TYPED}, scopes varchar[])
  WHERE (SELECT count(*) = jsonb_array_length(%(asked)s::jsonb) AND bool_and(fits) FROM locked)
  ON CONFLICT (source, action) DO NOTHING
  RETURNING id, source, action, amount_micro_usd, allowances
), moved AS (
  SELECT locked.id, sum(CASE unit WHEN 'micro_usd' THEN amount_micro_usd ELSE 1 END) AS held
  FROM held JOIN locked ON locked.id = ANY(held.allowances)
  GROUP BY locked.id
), kept AS (
  UPDATE billing_allowance SET reserved = reserved + moved.held FROM moved WHERE billing_allowance.id = moved.id
)
SELECT id, source, action, allowances FROM held"""  # noqa: S608  names from code
_MOVE = """
UPDATE billing_allowance SET reserved = reserved + held
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (allowance, held) WHERE id = allowance RETURNING id"""


def hold_all(
    *, reservations: Mapping[Key, Reservation], requests: Sequence[UsageRequest], most_calls: int, now: datetime
) -> dict[Key, Reservation]:
    """Hold reservations in one statement if all fit together; return those that are new, saved.

    Of a quota no more than ``most_calls`` are held at once. An action that has a reservation already is left out.
    """
    sums: Counter[str] = Counter()
    limits: dict[str, tuple[AllowanceUnit, int]] = {}
    rows = []
    for request in requests:
        one, mine = reservations[request.key], request.scopes
        rows.append(_read_columns(one) | {"scopes": list(mine)})
        limits |= mine
        for scope, (unit, _) in mine.items():
            sums[scope] += one.amount_micro_usd if unit == AllowanceUnit.MICRO_USD else 1
    asked = [
        {
            "scope": scope,
            "configured": configured,
            "sum": sums[scope],
            "most": most_calls if unit == AllowanceUnit.REQUESTS else None,
        }
        for scope, (unit, configured) in limits.items()
    ]
    parameters = {"asked": to_json(asked), "reservations": to_json(rows), "now": now, "start": get_month(now)[0]}
    return dict(_save(reservations, fetch_prepared(_HOLD_ALL, parameters)))


def _save(reservations: Mapping[Key, Reservation], rows: Sequence[Any]) -> Iterator[tuple[Key, Reservation]]:
    for pk, source, action, allowances in rows:
        one = reservations[source, action]
        one.pk, one.allowances = pk, allowances
        yield (source, action), one


def hold_reservations(
    *, reservations: Sequence[Reservation], held: Sequence[tuple[str, str, int, int]]
) -> set[tuple[str, str]]:
    """Store reservations and reserve what they hold, in one statement; return the actions that had none before.

    ``held`` is ``(source, action, allowance, amount)``. The new ones get their ids.
    """
    if not reservations:
        return set()
    moves = [dict(zip(("source", "action", "allowance", "held"), row, strict=True)) for row in held]
    rows = [_read_columns(one) | {"allowances": one.allowances} for one in reservations]
    ids = {(source, action): pk for pk, source, action in fetch_prepared(_HOLD, [to_json(rows), to_json(moves)])}
    for one in reservations:
        one.pk = ids.get((one.source, one.action))
    return set(ids)


def move_reserved(*, held: Mapping[int, int]) -> None:
    """Add to what is reserved of locked allowances, by id; negative amounts free."""
    if held:
        fetch_prepared(_MOVE, [list(held), list(held.values())])


def _read_columns(reservation: Reservation) -> dict[str, object]:
    return {name: getattr(reservation, name) for name in _COLUMNS} | {"service": str(reservation.service)}
