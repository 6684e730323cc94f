"""How much of a memory is retained: computed when asked, in Python and in SQL by one formula, and stored nowhere.

The curve is FSRS-6's power law (py-fsrs): R = (1 + F·t/S)^-0.154, with F chosen so that R = 0.9 at t = S. Here S is the
memory's ``stability_days``, stretched by 1 + 0.5·ln(1 + n) after n answers cited it: the first citations say most. t is
the days since the later of its latest evidence and its latest citation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from typing import Any

from veri.platform.connections.reading import fetch_rows

EXPONENT = -0.154
FACTOR = 0.9 ** (1 / EXPONENT) - 1
GROWTH = 0.5
DAY_SECONDS = 86_400.0
LEAST_STABILITY_DAYS = 0.01
LEAST_WEIGHT, MOST_WEIGHT = 0.5, 1.2
WEIGHT_BASE, WEIGHT_OF_IMPORTANCE = 0.8, 0.4  # a memory of middle importance, fully retained, weighs 1

# What binds, and who somebody is: it fades with nothing but a newer value. A deadline binds until its day has passed.
EXEMPT_PREDICATES = ("agreed fee", "home town", "main sponsor")
EXEMPT_PREFIXES = ("campaign contract", "campaign terms", "campaign paid", "contract", "rate for ", "deadline")
EXPIRING = "deadline"
_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """When a memory was last evidenced, when an answer last cited it, and how often answers did."""

    evidenced_at: datetime
    cited_at: datetime | None = None
    times_cited: int = 0


def compute_retention(*, stability_days: float, freshness: Freshness, now: datetime) -> float:
    """Return how much is retained, above 0 and at most 1; what lies in the future is retained whole."""
    anchor = max(freshness.evidenced_at, freshness.cited_at or freshness.evidenced_at)
    days = max(0.0, (now - anchor).total_seconds()) / DAY_SECONDS
    stability = max(stability_days, LEAST_STABILITY_DAYS) * (1 + GROWTH * log(1 + freshness.times_cited))
    return float((1 + FACTOR * days / stability) ** EXPONENT)


def is_exempt(*, predicate: str, is_pinned: bool) -> bool:
    """Return whether a memory never fades: a person holds on to it, it binds somebody, or it says who somebody is."""
    return is_pinned or predicate in EXEMPT_PREDICATES or predicate.startswith(EXEMPT_PREFIXES)


def is_expired(*, predicate: str, value: str, now: datetime) -> bool:
    """Return whether a memory's own day has passed, whatever is retained of it; the day is in UTC."""
    if not (predicate.startswith(EXPIRING) and _DAY.fullmatch(value)):
        return False
    return value < now.astimezone(UTC).date().isoformat()


def weigh_memory(*, retention: float, importance: float) -> float:
    """Return what a memory's relevance is multiplied by: retention by importance, within 0.5 and 1.2."""
    weight = retention * (WEIGHT_BASE + WEIGHT_OF_IMPORTANCE * importance)
    return min(MOST_WEIGHT, max(LEAST_WEIGHT, weight))


def build_retention_sql(*, now: str, stability: str, evidenced: str, cited: str, times: str) -> str:
    """Return ``compute_retention`` as an SQL expression; the arguments are expressions, the last two may be null."""
    anchor = f"greatest({evidenced}, {cited})"  # nulls do not count
    days = f"greatest(0, extract(epoch FROM {now} - {anchor}))::float8 / {DAY_SECONDS}::float8"
    stretched = f"greatest({stability}, {LEAST_STABILITY_DAYS}::float8) * (1 + {GROWTH}::float8 * ln(1 + coalesce({times}, 0)::float8))"  # noqa: E501  one expression
    return f"power(1 + {FACTOR!r}::float8 * ({days}) / ({stretched}), {EXPONENT}::float8)"


def build_exempt_sql(*, predicate: str, is_pinned: str) -> str:
    """Return ``is_exempt`` as an SQL expression."""
    names = ", ".join(f"'{name}'" for name in EXEMPT_PREDICATES)
    starts = " OR ".join(f"starts_with({predicate}, '{prefix}')" for prefix in EXEMPT_PREFIXES)
    return f"({is_pinned} OR {predicate} IN ({names}) OR {starts})"


def build_expired_sql(*, predicate: str, value: str, now: str) -> str:
    """Return ``is_expired`` as an SQL expression; days are compared as they are written."""
    day = f"to_char({now} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    return (
        f"(starts_with({predicate}, '{EXPIRING}') AND {value} ~ '^{_DAY.pattern}$' AND {value} COLLATE \"C\" < {day})"
    )


# The latest evidence comes first in its list.
_READ = """
SELECT asked.id, coalesce(said.occurred_at, asked.valid_from), used.last_cited_at, coalesce(used.times_cited, 0)
FROM unnest(%(ids)s::bigint[], %(evidence)s::bigint[], %(starts)s::timestamptz[]) AS asked (id, evidence, valid_from)
LEFT JOIN creators_interaction said ON said.id = asked.evidence
LEFT JOIN memory_memoryuse used ON used.memory_id = asked.id"""


def read_freshness(*, memories: Sequence[Any]) -> dict[int, Freshness]:
    """Return by id how fresh memories are, in one query of PostgreSQL whichever store they are from.

    ``memories`` have ``id``, ``latest_evidence`` and ``valid_from``.
    """
    if not memories:
        return {}
    parameters = {
        "ids": [one.id for one in memories],
        "evidence": [one.latest_evidence[0] if one.latest_evidence else None for one in memories],
        "starts": [one.valid_from for one in memories],
    }
    return {
        pk: Freshness(evidenced_at=evidenced, cited_at=cited, times_cited=times)
        for pk, evidenced, cited, times in fetch_rows(_READ, parameters)
    }
