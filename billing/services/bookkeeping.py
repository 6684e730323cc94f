"""What reserving, charging and settling write: usage events, and the sums of the allowances they use."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from billing.enums import UsageState
from billing.models import Allowance, UsageEvent
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
    "cost_micro_usd": "bigint",
    "state": "varchar",
    "provider_request_id": "varchar",
    "occurred_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())
# Meters an action only once, and spends only what is metered; the caller holds the allowances' locks.
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
)
SELECT id, source, action FROM metered"""  # noqa: S608  names from code
_MOVE = """
UPDATE billing_allowance SET reserved = reserved + held
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (allowance, held) WHERE id = allowance RETURNING id"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """One metered action and the locked allowances it is taken from; ``freed`` is the money it held of them before.

    None has held nothing, not even a request.
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

    @property
    def values(self) -> dict[str, object]:
        """Return the usage event's columns."""
        tokens = {f"{one.name}_tokens": getattr(self.counts, one.name) for one in fields(TokenCounts)}
        return {
            "source": self.source,
            "action": self.action,
            "creator_id": self.creator_id,
            "service": str(self.service),
            "model": self.model,
            **tokens,
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
    by_action = {(one.source, one.action): one.values for one in uses}
    return {
        (source, action): UsageEvent(pk=pk, **by_action[source, action])
        for pk, source, action in fetch_rows(_METER, parameters)
    }


def move_reserved(*, held: Counter[int]) -> None:
    """Add to what is reserved of locked allowances, by id; negative amounts free."""
    if held:
        fetch_rows(_MOVE, [list(held), list(held.values())])
