"""Which memories are due for a step of decay: set-based, by the formula of ``retention``, a batch of keys at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from memory.enums import DecayStep, MemoryState
from memory.queries.retention import (
    DAY_SECONDS,
    EXPIRING,
    EXPONENT,
    FACTOR,
    LEAST_STABILITY_DAYS,
    build_exempt_sql,
    build_expired_sql,
    build_retention_sql,
)
from migration.enums import Flag
from migration.models import Dataset
from migration.queries.flags import get_flag_state, is_flag_on
from migration.services.backfill_pace import find_wait_reason

BATCH = 5_000
DATASETS = ("memories", "memory_vectors")
TABLES = ("memory_memory", "memory_memoryuse", "memory_indexeddocument", "memory_posting", "memory_memoryvector")
STATE_AFTER = {
    DecayStep.REST: MemoryState.DORMANT,
    DecayStep.WAKE: MemoryState.ACTIVE,
    DecayStep.ARCHIVE: MemoryState.ARCHIVED,
}

_RETENTION = build_retention_sql(
    now="%(now)s::timestamptz",
    stability="memory.stability_days",
    evidenced="coalesce(said.occurred_at, memory.valid_from)",
    cited="used.last_cited_at",
    times="used.times_cited",
)
_EXEMPT = build_exempt_sql(predicate="memory.predicate", is_pinned="memory.is_pinned")
_EXPIRED = build_expired_sql(predicate="memory.predicate", value="memory.value", now="%(now)s::timestamptz")
# Most memories are so young that no step is due even if nothing came after their first evidence: they are passed over
# before anything else is read. The rest is looked up by key, whatever the planner knows of the tables.
# One step a run. Superseded memories are history and take none; what is exempt is as retained as on its first day.
_DUE = f"""
SELECT memory.id, memory.creator_id, memory.type, memory.version, memory.size, rated.retention,
  CASE
    WHEN memory.state = 'active' AND rated.retention < policy.dormant THEN 'rest'
    WHEN memory.state = 'dormant' AND rated.retention < policy.archived THEN 'archive'
    WHEN memory.state = 'dormant' AND rated.retention >= policy.dormant THEN 'wake'
    WHEN memory.state = 'archived' AND rated.retention < policy.purged THEN 'purge'
  END AS step
FROM (
  SELECT id, creator_id, memory.type, version, state, predicate, value, is_pinned, stability_days, valid_from,
    latest_evidence[1] AS evidence, octet_length(text) AS size
  FROM memory_memory memory
  JOIN unnest(%(types)s::text[], %(spans)s::float8[]) AS fresh (type, span) ON fresh.type = memory.type
  WHERE id > %(after)s AND id <= %(until)s AND state <> 'superseded'
    AND NOT (state = 'active' AND NOT starts_with(predicate, '{EXPIRING}')
      AND valid_from + make_interval(secs => greatest(stability_days, {LEAST_STABILITY_DAYS}) * fresh.span) > %(now)s)
  OFFSET 0
) memory
JOIN unnest(%(types)s::text[], %(dormant)s::float8[], %(archived)s::float8[], %(purged)s::float8[])
  AS policy (type, dormant, archived, purged) ON policy.type = memory.type
LEFT JOIN LATERAL (
  SELECT occurred_at FROM creators_interaction WHERE id = memory.evidence OFFSET 0
) said ON TRUE
LEFT JOIN LATERAL (
  SELECT last_cited_at, times_cited FROM memory_memoryuse WHERE memory_id = memory.id OFFSET 0
) used ON TRUE
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN memory.is_pinned THEN 1
    WHEN {_EXPIRED} THEN CASE memory.state WHEN 'active' THEN 0 ELSE least(policy.dormant - 1e-9, {_RETENTION}) END
    WHEN {_EXEMPT} THEN 1
    ELSE {_RETENTION}
  END AS retention
) rated"""  # noqa: S608  expressions from code
_FIND = f"SELECT id, creator_id, type, version, size, step FROM ({_DUE}) due WHERE step IS NOT NULL ORDER BY id"  # noqa: S608  same
_COUNT = f"""
SELECT creator_id, type, step, count(*), sum(size) FROM ({_DUE}) due
WHERE step IS NOT NULL GROUP BY 1, 2, 3"""  # noqa: S608  same
_UNTIL = """
SELECT coalesce(max(id), %(after)s), count(*)
FROM (SELECT id FROM memory_memory WHERE id > %(after)s ORDER BY id LIMIT %(limit)s) batch"""
_STATES = "SELECT state, count(*), sum(octet_length(text)) FROM memory_memory GROUP BY state ORDER BY state"
FOREVER = 1e8  # seconds for each day of stability
MARGIN = 0.999_999  # near the threshold the formula decides
_HIGHEST = 2**63 - 1


class DueStep(NamedTuple):
    """A memory and the step it is due for; ``version`` is what it had when it was found."""

    id: int
    creator_id: int
    type: str
    version: int
    size: int
    step: DecayStep


@dataclass(frozen=True, kw_only=True)
class StepCount:
    """How many memories of a type are due for a step, and the bytes of their texts."""

    type: str
    step: DecayStep
    memories: int
    size: int


def find_batch_end(*, after: int, limit: int = BATCH) -> tuple[int, int]:
    """Return the last key of the next batch, and how many memories are in it."""
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, {"after": after, "limit": limit})
        until, count = cursor.fetchone()
    return int(until), int(count)


def find_due(*, after: int, until: int, now: datetime) -> list[DueStep]:
    """Return the memories with keys above ``after`` up to ``until`` that are due for a step, by key."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {**_read_policies(), "after": after, "until": until, "now": now})
        return [DueStep._make((*row[:-1], DecayStep(row[-1]))) for row in cursor.fetchall()]


def keep_reached(due: list[DueStep]) -> list[DueStep]:
    """Return the steps of the creators ``MEMORY_DECAY`` reaches."""
    reached = {pk for pk in {one.creator_id for one in due} if is_flag_on(Flag.MEMORY_DECAY, scope=pk)}
    return [one for one in due if one.creator_id in reached]


def preview_decay(*, now: datetime) -> list[StepCount]:
    """Return what a run would do now, by type and step; reads every memory and changes nothing.

    Of the creators the flag's share reaches, also while it is switched off.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {**_read_policies(), "after": 0, "until": _HIGHEST, "now": now})
        rows = cursor.fetchall()
    share = get_flag_state(Flag.MEMORY_DECAY).share
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for creator_id, kind, step, count, size in rows:
        if share.reaches(salt=Flag.MEMORY_DECAY, scope=creator_id):
            memories, total = totals.get((kind, step), (0, 0))
            totals[kind, step] = memories + count, total + int(size)
    return [
        StepCount(type=kind, step=DecayStep(step), memories=memories, size=size)
        for (kind, step), (memories, size) in sorted(totals.items())
    ]


def measure_storage() -> dict[str, Any]:
    """Return what memories and their index take; see ``DecayRun``. Counts every memory."""
    with connection.cursor() as cursor:
        cursor.execute(_STATES)
        states = {state: [int(count), int(size or 0)] for state, count, size in cursor.fetchall()}
        cursor.execute(
            "SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%s::text[]) AS name", [list(TABLES)]
        )
        return {"states": states, "tables": {name: int(size) for name, size in cursor.fetchall()}}


def find_decay_wait(*, now: datetime) -> str:
    """Return why a run should wait, for staff; empty when it may go on: live changes come before it."""
    found = (find_wait_reason(dataset=one, now=now) for one in Dataset.objects.filter(name__in=DATASETS))
    return next((reason for reason in found if reason), "")


def _find_span(dormant_below: float) -> float:
    """Return the seconds, for each day of stability, in which nothing rests: a little less than until it does."""
    if dormant_below <= 0:
        return FOREVER
    days = (dormant_below ** (1 / EXPONENT) - 1) / FACTOR
    return float(min(FOREVER, days * DAY_SECONDS * MARGIN))


def _read_policies() -> Mapping[str, list[Any]]:
    policies = settings.DECAY.policies
    return {
        "types": list(policies),
        "spans": [_find_span(one.dormant_below) for one in policies.values()],
        "dormant": [one.dormant_below for one in policies.values()],
        "archived": [one.archived_below for one in policies.values()],
        "purged": [one.purged_below for one in policies.values()],
    }
