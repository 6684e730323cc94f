"""Compute scores: measure who is due, compare with everybody, compute and keep what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import numpy as np
import orjson
from django.db import connection, transaction

from creators.models import CreatorScore, LatestScore, ScoreRun
from creators.queries.scoring.due import list_creators_to_score
from creators.queries.scoring.gathering import COUNTED_STATES, GatheredCreator, list_counted_platforms
from creators.queries.scoring.population import load_population
from creators.reliability import find_records
from creators.score_cohorts import Population, Ranks, rank_population
from creators.score_formula import VERSION
from creators.services.exploring.entries import refresh_entries
from creators.services.locks import lock_scoring
from creators.services.scoring.figures import measure_creators, remove_who_left
from creators.services.scoring.inputs import build_inputs
from creators.services.scoring.results import ScoreResult, compute_results, digest_inputs
from veri.platform.connections.copying import allocate_ids, copy_rows

BATCH = 2_000
MOST = 100_000
CAPPED_FOR = timedelta(days=30)
_COLUMNS = (
    *("id", "creator_id", "run_id", "version", "value", "exact", "is_provisional", "is_capped", "components"),
    *("platforms", "reasons", "inputs", "digest", "computed_at"),
)
_LATEST = """
INSERT INTO creators_latestscore AS held (creator_id, score_id, value, is_provisional, digest, platforms,
  capped_value, capped_until, capped_platforms, checked_at)
SELECT creator_id, score_id, value, is_provisional, digest, string_to_array(platforms, ','),
  capped_value, capped_until, string_to_array(capped_platforms, ','), %s
FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::boolean[], %s::varchar[], %s::text[], %s::smallint[],
  %s::timestamptz[], %s::text[])
  AS told (creator_id, score_id, value, is_provisional, digest, platforms, capped_value, capped_until, capped_platforms)
ON CONFLICT (creator_id) DO UPDATE SET score_id = EXCLUDED.score_id, value = EXCLUDED.value,
  is_provisional = EXCLUDED.is_provisional, digest = EXCLUDED.digest, platforms = EXCLUDED.platforms,
  capped_value = EXCLUDED.capped_value, capped_until = EXCLUDED.capped_until,
  capped_platforms = EXCLUDED.capped_platforms, checked_at = EXCLUDED.checked_at"""


@dataclass(frozen=True, kw_only=True)
class _Cap:
    """What holds a score down after a platform was disconnected."""

    value: int
    until: datetime
    platforms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Computed:
    creator_id: int
    inputs: dict[str, Any]
    digest: str
    result: ScoreResult
    cap: _Cap | None


def recompute_scores(*, now: datetime, creator_ids: Sequence[int] | None = None, limit: int = MOST) -> ScoreRun:
    """Compute the scores of creators, by default of all that are due, and store those whose inputs changed.

    Batches commit by themselves: what a killed run has not done is due again. Runs at the same time wait for each other
    batch by batch, and the later one finds nothing changed.
    """
    started = perf_counter()
    remove_who_left()
    platforms = list_counted_platforms()
    due = creator_ids
    if due is None:
        due = list_creators_to_score(states=list(COUNTED_STATES), platforms=platforms, now=now, limit=limit)
    run = ScoreRun.objects.create(version=VERSION, started_at=now)
    gathered: dict[int, GatheredCreator] = {}
    for part in _split(due):
        gathered |= measure_creators(creator_ids=part, now=now)
    population = load_population(platforms=platforms)
    ranks = rank_population(population)
    for part in _split(list(gathered)):
        run.changed += _score_batch([gathered[pk] for pk in part], population, ranks, run, now)
    run.creators = len(gathered)
    run.cohorts = _count_levels(ranks)
    run.ended_at = now
    run.duration_ms = round((perf_counter() - started) * 1000)
    run.save()
    return run


@transaction.atomic(durable=True)
def _score_batch(
    creators: Sequence[GatheredCreator],
    population: Population,
    ranks: dict[str, Ranks],
    run: ScoreRun,
    now: datetime,
) -> int:
    lock_scoring()
    ids = [one.creator_id for one in creators]
    held = LatestScore.objects.in_bulk(ids)
    computed = _compute(creators, held, population, ranks, now)
    changed = [one for one in computed if (known := held.get(one.creator_id)) is None or known.digest != one.digest]
    keys = dict(
        zip((one.creator_id for one in changed), allocate_ids(model=CreatorScore, count=len(changed)), strict=True)
    )
    copy_rows(model=CreatorScore, columns=_COLUMNS, rows=_build_rows(changed, keys, run, now))
    _store_latest(computed, keys, held, now)
    moved = [one.creator_id for one in changed]
    if moved:
        refresh_entries(creator_ids=moved)
    return len(changed)


def _compute(
    creators: Sequence[GatheredCreator],
    held: dict[int, LatestScore],
    population: Population,
    ranks: dict[str, Ranks],
    now: datetime,
) -> list[_Computed]:
    ids = [one.creator_id for one in creators]
    records, places = find_records(creator_ids=ids), _find_places(population, ids)
    caps = [_find_cap(held.get(one.creator_id), set(one.platforms), now) for one in creators]
    inputs = [
        build_inputs(
            creator=one,
            rows=places.get(one.creator_id, {}),
            population=population,
            ranks=ranks,
            records=records.get(one.creator_id, (0, 0)),
            cap={"value": cap.value, "until": cap.until.isoformat()} if cap else None,
        )
        for one, cap in zip(creators, caps, strict=True)
    ]
    return [
        _Computed(creator_id=one.creator_id, inputs=given, digest=digest_inputs(given), result=result, cap=cap)
        for one, given, result, cap in zip(creators, inputs, compute_results(inputs=inputs), caps, strict=True)
    ]


def _find_places(population: Population, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the rows of creators in the population, by platform."""
    found: dict[int, dict[str, int]] = {}
    starts = np.searchsorted(population.creator, ids, side="left").tolist()
    ends = np.searchsorted(population.creator, ids, side="right").tolist()
    for pk, start, end in zip(ids, starts, ends, strict=True):
        found[pk] = {population.platforms[population.platform[row]]: row for row in range(start, end)}
    return found


def _find_cap(held: LatestScore | None, platforms: set[str], now: datetime) -> _Cap | None:
    """Return what holds the score down: disconnecting a platform must not raise it for thirty days.

    A platform that is connected again lifts its cap; one whose figures no longer may be used was not disconnected.
    """
    if held is None:
        return None
    gone = (set(held.platforms) & set(list_counted_platforms())) - platforms
    if gone:
        return _Cap(
            value=held.value, until=now + CAPPED_FOR, platforms=tuple(sorted(gone | set(held.capped_platforms)))
        )
    if held.capped_value is None or held.capped_until is None or held.capped_until <= now:
        return None
    left = set(held.capped_platforms) - platforms
    return _Cap(value=held.capped_value, until=held.capped_until, platforms=tuple(sorted(left))) if left else None


def _build_rows(
    changed: Sequence[_Computed], keys: dict[int, int], run: ScoreRun, now: datetime
) -> Iterator[tuple[Any, ...]]:
    for one in changed:
        result = one.result
        yield (
            keys[one.creator_id],
            one.creator_id,
            run.pk,
            VERSION,
            result.value,
            result.exact,
            result.is_provisional,
            result.is_capped,
            *(
                orjson.dumps(part).decode()
                for part in (result.components, result.platforms, result.reasons, one.inputs)
            ),
            one.digest,
            now,
        )


def _store_latest(
    computed: Sequence[_Computed], keys: dict[int, int], held: dict[int, LatestScore], now: datetime
) -> None:
    scores = [keys.get(one.creator_id) or held[one.creator_id].score_id for one in computed]
    columns: list[list[Any]] = [
        [one.creator_id for one in computed],
        scores,
        [one.result.value for one in computed],
        [one.result.is_provisional for one in computed],
        [one.digest for one in computed],
        [",".join(sorted(one.inputs["platforms"])) for one in computed],
        [one.cap.value if one.cap else None for one in computed],
        [one.cap.until if one.cap else None for one in computed],
        [",".join(one.cap.platforms) if one.cap else "" for one in computed],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [now, *columns])


def _count_levels(ranks: dict[str, Ranks]) -> dict[str, dict[str, int]]:
    """Return by component how many rows were compared at which level, the narrowest first."""
    return {
        name: {str(level): int(((rank.level == level) & (rank.size > 0)).sum()) for level in range(4)}
        for name, rank in ranks.items()
    }


def _split(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
