"""Sums of usage by day, service, model, feature or creator: the rollups, and the events after them, in one snapshot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

COUNTERS = (
    "events",
    "unreconciled",
    "input_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "output_tokens",
    "units",
    "cost_micro_usd",
)
GROUPS = {"day", "service", "model", "source", "creator_id"}
_SUMS = ", ".join(f"sum({name})::bigint" for name in COUNTERS)
# The mark is read once, in the statement's own snapshot: an event is in a rollup or in the tail, never in both.
_SELECT = """
WITH mark AS MATERIALIZED (SELECT coalesce((SELECT rolled_id FROM billing_rollupmark WHERE id = 1), 0) AS rolled_id),
used AS (
  SELECT day, creator_id, service, model, source, {counters} FROM billing_usagerollup
  WHERE day >= %(since)s AND day < %(until)s {mine}
  UNION ALL
  SELECT (occurred_at AT TIME ZONE 'UTC')::date, creator_id, service, model, source,
    1, (state = 'unreconciled')::int, {event_counters}
  FROM billing_usageevent
  WHERE id > (SELECT rolled_id FROM mark)
    AND occurred_at >= %(since)s::timestamp AT TIME ZONE 'UTC' AND occurred_at < %(until)s::timestamp AT TIME ZONE 'UTC'
    {mine}
)
SELECT {groups} {sums} FROM used {grouping} {ordering}"""


@dataclass(frozen=True, kw_only=True)
class UsageSum:
    """What was used by one group; keys that were not grouped by are None."""

    day: date | None = None
    service: str | None = None
    model: str | None = None
    source: str | None = None
    creator_id: int | None = None
    events: int = 0
    unreconciled: int = 0
    input_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    units: int = 0
    cost_micro_usd: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.output_tokens

    @property
    def prompt_tokens(self) -> int:
        written = self.cache_write_5m_tokens + self.cache_write_1h_tokens
        return self.input_tokens + written + self.cache_read_tokens

    @property
    def cache_hit_rate(self) -> float | None:
        """Return which share of the prompts' tokens was read from a cache, 0 to 1."""
        return self.cache_read_tokens / self.prompt_tokens if self.prompt_tokens else None


def sum_usage(
    *, since: date, until: date, by: Sequence[str] = (), creator_ids: Sequence[int] | None = None, limit: int = 0
) -> list[UsageSum]:
    """Return what was used in UTC days ``[since, until)``, grouped; the costliest first where a limit is given.

    Exact at any moment, whatever was rolled up. ``creator_ids`` None are all, and what belongs to nobody.
    """
    if unknown := set(by) - GROUPS:
        raise ValueError(f"usage cannot be grouped by {unknown}")
    names = ", ".join(by)
    sql = _SELECT.format(
        counters=", ".join(COUNTERS),
        event_counters=", ".join(COUNTERS[2:]),
        groups=f"{names}," if by else "",
        sums=_SUMS,
        mine="" if creator_ids is None else "AND creator_id = ANY(%(creators)s)",
        grouping=f"GROUP BY {names}" if by else "HAVING count(*) > 0",
        ordering=_order(names, limit),
    )
    parameters: dict[str, Any] = {"since": since, "until": until, "creators": list(creator_ids or [])}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    return [UsageSum(**dict(zip((*by, *COUNTERS), row, strict=True))) for row in rows]


def regroup(sums: Iterable[UsageSum], *, by: Sequence[str]) -> list[UsageSum]:
    """Return finer sums added up to coarser groups, in the order of their keys."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in sums:
        held = found.setdefault(tuple(getattr(one, name) for name in by), dict.fromkeys(COUNTERS, 0))
        for name in COUNTERS:
            held[name] += getattr(one, name)
    return [UsageSum(**dict(zip(by, key, strict=True)), **found[key]) for key in sorted(found)]


def sum_all(*, since: date, until: date, creator_ids: Sequence[int] | None = None) -> UsageSum:
    """Return everything used in UTC days ``[since, until)`` as one sum."""
    found = sum_usage(since=since, until=until, creator_ids=creator_ids)
    return found[0] if found else UsageSum()


def _order(names: str, limit: int) -> str:
    if limit:
        return f"ORDER BY sum(cost_micro_usd) DESC, sum(events) DESC, {names} LIMIT {limit:d}"
    return f"ORDER BY {names}" if names else ""
