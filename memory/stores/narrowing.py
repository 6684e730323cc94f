"""Which of a search's candidates pass its filters, asked of the store that holds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from creators.datasets import INTERACTIONS
from memory.datasets import MEMORIES
from memory.enums import TargetKind
from memory.stores.search import Target
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database
from veri.platform.connections.reading import fetch_rows

# Terms are looked up by their own index entries: a brand or a tag must stand in the text with all its words.
_HOLDS_TERMS = """
AND NOT EXISTS (
  SELECT FROM unnest(%(terms)s::varchar[]) AS required (term)
  WHERE NOT EXISTS (
    SELECT FROM memory_posting WHERE creator_id = %(creator)s AND term = required.term AND kind = %(kind)s
      AND target_id = one.id))"""
_INTERACTIONS = (
    "SELECT one.id FROM creators_interaction one WHERE one.creator_id = %(creator)s AND one.id = ANY(%(ids)s)"
)
_MEMORIES = "SELECT one.id FROM memory_memory one WHERE one.creator_id = %(creator)s AND one.id = ANY(%(ids)s)"
_TIMES = {TargetKind.INTERACTION.value: "occurred_at", TargetKind.MEMORY.value: "valid_from"}


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What candidates must meet; empty means everything. ``terms`` must all stand in the text.

    A memory has no platform and an interaction no memory type: either filter leaves the other kind out.
    """

    types: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.types or self.platforms or self.terms or self.since or self.until)


class NarrowingStore(Protocol):
    """Filters over one creator's documents."""

    def keep_wanted(self, *, creator_id: int, targets: Iterable[Target], narrowing: Narrowing) -> set[Target]:
        """Return those of the targets that pass."""


class PostgresNarrowingStore:
    def keep_wanted(self, *, creator_id: int, targets: Iterable[Target], narrowing: Narrowing) -> set[Target]:
        kept: set[Target] = set()
        for kind, ids in _group(targets, narrowing):
            parameters = {
                "creator": creator_id,
                "kind": kind,
                "ids": ids,
                "types": sorted(narrowing.types),
                "platforms": sorted(narrowing.platforms),
                "terms": sorted(narrowing.terms),
                "since": narrowing.since,
                "until": narrowing.until,
            }
            kept.update(Target(kind, pk) for (pk,) in fetch_rows(_build_sql(kind, narrowing), parameters))
        return kept


class MongoNarrowingStore:
    def keep_wanted(self, *, creator_id: int, targets: Iterable[Target], narrowing: Narrowing) -> set[Target]:
        kept: set[Target] = set()
        for kind, ids in _group(targets, narrowing):
            spec = MEMORIES if kind == TargetKind.MEMORY else INTERACTIONS
            wanted = {"_id": {"$in": ids}, "creator_id": creator_id, **LIVE, **_build_conditions(kind, narrowing)}
            found = get_database()[spec.collection].find(wanted, {"_id": 1})
            kept.update(Target(kind, one["_id"]) for one in found)
        return kept


def _group(targets: Iterable[Target], narrowing: Narrowing) -> list[tuple[str, list[int]]]:
    """Return ids by kind, without the kinds a filter leaves out."""
    by_kind: dict[str, list[int]] = {}
    for target in targets:
        by_kind.setdefault(target.kind, []).append(target.id)
    if narrowing.types:
        by_kind.pop(TargetKind.INTERACTION.value, None)
    if narrowing.platforms:
        by_kind.pop(TargetKind.MEMORY.value, None)
    return sorted((kind, ids) for kind, ids in by_kind.items() if kind in _TIMES)


def _build_sql(kind: str, narrowing: Narrowing) -> str:
    at = _TIMES[kind]
    conditions = {
        "AND one.type = ANY(%(types)s)": narrowing.types,
        "AND one.platform = ANY(%(platforms)s)": narrowing.platforms,
        _HOLDS_TERMS: narrowing.terms,
        f"AND one.{at} >= %(since)s": narrowing.since,
        f"AND one.{at} < %(until)s": narrowing.until,
    }
    base = _MEMORIES if kind == TargetKind.MEMORY else _INTERACTIONS
    return " ".join([base, *(sql for sql, is_asked in conditions.items() if is_asked)])


def _build_conditions(kind: str, narrowing: Narrowing) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    if narrowing.types:
        conditions["type"] = {"$in": sorted(narrowing.types)}
    if narrowing.platforms:
        conditions["platform"] = {"$in": sorted(narrowing.platforms)}
    if narrowing.terms:
        conditions["terms"] = {"$all": sorted(narrowing.terms)}
    bounds: dict[str, datetime] = {}
    if narrowing.since:
        bounds["$gte"] = narrowing.since
    if narrowing.until:
        bounds["$lte"] = narrowing.until  # dates are kept in milliseconds: the reader cuts exactly
    if bounds:
        conditions[_TIMES[kind]] = bounds
    return conditions
