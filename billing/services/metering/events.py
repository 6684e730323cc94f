"""What charging and settling write: usage events, and the sums of the allowances they use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.enums import AttemptOutcome, ReservationState, UsageState
from billing.models import UsageEvent
from billing.services.pricing import TokenCounts
from veri.platform.connections.reading import fetch_prepared, to_json

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
_TYPED = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_ATTEMPT_NAMES = ", ".join(_ATTEMPT_COLUMNS)
_ATTEMPT_TYPED = ", ".join(f"{name} {kind}" for name, kind in _ATTEMPT_COLUMNS.items())
# Meters an action only once, and spends only what is metered. A reservation is closed only while it is held. Locks are
# taken before the first event has an id, and give the transaction its number: rolling up relies on that.
_METER = f"""
WITH used AS (
  SELECT * FROM jsonb_to_recordset(%s::jsonb)
    AS used ({_TYPED}, reservation bigint, freed bigint, closes_as varchar, allowances bigint[])
), held AS (
  SELECT id FROM billing_reservation
  WHERE id IN (SELECT reservation FROM used) AND state = 'held' ORDER BY id FOR UPDATE
), locked AS (
  SELECT id, unit FROM billing_allowance
  WHERE id IN (SELECT unnest(allowances) FROM used) AND (SELECT count(*) FROM held) >= 0
  ORDER BY scope FOR UPDATE
), metered AS (
  INSERT INTO billing_usageevent ({_NAMES})
  SELECT {_NAMES} FROM used
  WHERE (SELECT count(*) FROM locked) >= 0 AND (reservation IS NULL OR reservation IN (SELECT id FROM held))
  ON CONFLICT (source, action) DO NOTHING
  RETURNING id, source, action
), moved AS (
  SELECT locked.id,
    sum(CASE unit WHEN 'micro_usd' THEN cost_micro_usd ELSE 1 END) AS spent,
    sum(CASE WHEN used.freed IS NULL THEN 0 WHEN unit = 'micro_usd' THEN used.freed ELSE 1 END) AS freed
  FROM used JOIN metered USING (source, action) JOIN locked ON locked.id = ANY(used.allowances)
  GROUP BY locked.id
), kept AS (
  UPDATE billing_allowance SET spent = billing_allowance.spent + moved.spent, reserved = reserved - moved.freed
  FROM moved WHERE billing_allowance.id = moved.id
), closed AS (
  UPDATE billing_reservation SET state = used.closes_as
  FROM used JOIN held ON held.id = used.reservation
  WHERE billing_reservation.id = held.id
){{attempted}}
SELECT id, source, action FROM metered"""  # noqa: S608  names from code
_ATTEMPTED = f""", attempted AS (
  INSERT INTO billing_usageattempt (event_id, {_ATTEMPT_NAMES})
  SELECT metered.id, {_ATTEMPT_NAMES}
  FROM jsonb_to_recordset(%s::jsonb) AS attempt (source varchar, action varchar, {_ATTEMPT_TYPED})
  JOIN metered USING (source, action)
)"""  # noqa: S608  names from code
_METER_ALONE, _METER_WITH_ATTEMPTS = _METER.format(attempted=""), _METER.format(attempted=_ATTEMPTED)


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
    """One metered action and the ids of the allowances it is taken from; ``freed`` is the money it held of them before.

    None has held nothing, not even a request. What has a ``reservation_id`` is metered only while that is held, and
    closes it.
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
    allowances: Sequence[int]
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

    @property
    def claims(self) -> dict[str, object]:
        """Return what it takes and closes."""
        return {
            "reservation": self.reservation_id,
            "freed": self.freed,
            "closes_as": self.closes_as.value,
            "allowances": self.allowances,
        }


def meter_uses(*, uses: Sequence[Use]) -> dict[tuple[str, str], UsageEvent]:
    """Store usage events, spend what they cost and close their reservations, in one statement.

    Return those that are new by source and action. What is metered already, or whose reservation is not held any more,
    is left as it is.
    """
    if not uses:
        return {}
    values = {(one.source, one.action): one.values for one in uses}
    parameters = [to_json([values[one.source, one.action] | one.claims for one in uses])]
    attempts = _list_attempts(uses)
    if attempts:
        parameters.append(to_json(attempts))
    rows = fetch_prepared(_METER_WITH_ATTEMPTS if attempts else _METER_ALONE, parameters)
    return {(source, action): UsageEvent(pk=pk, **values[source, action]) for pk, source, action in rows}


def _list_tokens(counts: TokenCounts) -> dict[str, object]:
    return {name: getattr(counts, name.removesuffix("_tokens")) for name in _TOKENS}


def _list_attempts(uses: Sequence[Use]) -> list[dict[str, object]]:
    """Return all attempts, each with the action it belongs to."""
    return [
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
