"""VeriScore version 1, from measured figures to a number: pure, vectorised over creators, exact.

Score = sum of w * (q * s + (1 - q) * 0.4), rounded half up: s is a component's strength and q how much of it is known,
both 0 to 1. What is not known counts 0.4: evidence beats absence, and hiding something weak gains nothing. s and q are
whole millionths, so that sums and roundings are exact in 64-bit integers, whatever the machine.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERSION = "1"
SCALE = 1_000_000
PRIOR = 400_000
POINT = SCALE * SCALE  # contributions are counted in millionths of millionths of a point
WEIGHTS = {
    "engagement": 25,
    "consistency": 20,
    "authenticity": 20,
    "reach": 15,
    "growth": 10,
    "reliability": 10,
}
COMPONENTS = tuple(WEIGHTS)
PROVISIONAL_BELOW = 50  # points of weight that are known
ENOUGH_ITEMS = 10
ENOUGH_POINTS = 30  # days with a figure
WEEKS = 12
SUSPECT_ABOVE = 990_000  # an engagement beyond nearly all peers is a signal of its own
SUSPECT_SLOPE = 49  # from 0.99 down to 0.50 at the very top
SPIKE_COST, MOST_SPIKES = 150_000, 2
RATIO_COST = 200_000
TOLERATED_DUPLICATES, DUPLICATES_COST = 200_000, 300_000
ENOUGH_DELTAS, ENOUGH_COMMENTS = 14, 20
OUTLIER = 6.0  # times the median absolute deviation
LEAST_DEVIATION = 0.05  # of the logarithm of likes by comments: below it, peers agree by chance
ENOUGH_RECORDS = 5

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PlatformTable:
    """A row for each creator and connected platform; ``creator`` is the place in ``CreatorTable``.

    ``*_below``, ``*_equal`` and ``*_size`` count the row's cohort: how many are below it, equal to it (itself among
    them) and in it at all; a size of 0 means that the figure itself is not known. ``weight`` is how much the platform
    counts for its creator.
    """

    creator: Ints
    weight: Ints
    items: Ints
    engagement_below: Ints
    engagement_equal: Ints
    engagement_size: Ints
    reach_below: Ints
    reach_equal: Ints
    reach_size: Ints
    points: Ints
    growth_below: Ints
    growth_equal: Ints
    growth_size: Ints
    deltas: Ints
    spikes: Ints
    ratio_size: Ints
    ratio_is_odd: Ints
    comments: Ints
    distinct_comments: Ints


@dataclass(frozen=True, kw_only=True)
class CreatorTable:
    """A row for each creator: active weeks of the last twelve, whether content is known, records kept of all."""

    active_weeks: Ints
    has_content: Ints
    records: Ints
    records_kept: Ints


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """Scores of n creators: strength, coverage and contribution are (n, 6), in millionths, millionths and
    1 / ``POINT`` of a point; by platform row the strength and coverage of the four components platforms have."""

    strength: Ints
    coverage: Ints
    contribution: Ints
    total: Ints
    value: Ints
    is_provisional: NDArray[np.bool_]
    platform_strength: dict[str, Ints]
    platform_coverage: dict[str, Ints]
    platform_value: Ints


PLATFORM_COMPONENTS = ("engagement", "authenticity", "reach", "growth")


def evaluate(*, platforms: PlatformTable, creators: CreatorTable) -> Evaluated:
    """Return the scores; the same tables always give the same."""
    strengths, coverages = _measure_platforms(platforms)
    count = len(creators.active_weeks)
    combined = {
        name: _combine(platforms, strengths[name], coverages[name], count=count) for name in PLATFORM_COMPONENTS
    }
    combined["consistency"] = (
        np.minimum(creators.active_weeks, WEEKS) * SCALE // WEEKS,
        np.minimum(creators.has_content, 1) * SCALE,
    )
    records = np.maximum(creators.records, 1)
    combined["reliability"] = (
        np.minimum(creators.records_kept, records) * SCALE // records,
        np.minimum(creators.records, ENOUGH_RECORDS) * SCALE // ENOUGH_RECORDS,
    )
    strength = np.stack([combined[name][0] for name in COMPONENTS], axis=1)
    coverage = np.stack([combined[name][1] for name in COMPONENTS], axis=1)
    contribution, total = weigh(strength=strength, coverage=coverage)
    known = (coverage * _list_weights()).sum(axis=1)
    return Evaluated(
        strength=strength,
        coverage=coverage,
        contribution=contribution,
        total=total,
        value=round_half_up(total),
        is_provisional=known < PROVISIONAL_BELOW * SCALE,
        platform_strength=strengths,
        platform_coverage=coverages,
        platform_value=_score_platforms(strengths, coverages),
    )


def weigh(*, strength: Ints, coverage: Ints) -> tuple[Ints, Ints]:
    """Return contributions (n, 6) and totals (n), in 1 / ``POINT`` of a point; contributions sum to the total."""
    contribution: Ints = _list_weights() * (coverage * strength + (SCALE - coverage) * PRIOR)
    return contribution, contribution.sum(axis=1)


def round_half_up(total: Ints) -> Ints:
    """Return whole points."""
    found: Ints = (2 * total + POINT) // (2 * POINT)
    return found


def write_points(amount: int) -> str:
    """Return a contribution or total as an exact decimal."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{size // POINT}.{size % POINT:012d}"


def rank_within(*, below: Ints, equal: Ints, size: Ints) -> Ints:
    """Return mid-rank percentiles in millionths; ties share the middle of their ranks, nothing for an empty cohort."""
    found: Ints = (2 * below + equal) * SCALE // (2 * np.maximum(size, 1))
    return found


def _list_weights() -> Ints:
    return np.array(list(WEIGHTS.values()), dtype=np.int64)


def _measure_platforms(rows: PlatformTable) -> tuple[dict[str, Ints], dict[str, Ints]]:
    """Return each component's strength and coverage by platform row."""
    engagement = rank_within(below=rows.engagement_below, equal=rows.engagement_equal, size=rows.engagement_size)
    excess = np.maximum(engagement - SUSPECT_ABOVE, 0)
    strengths: dict[str, Ints] = {
        "engagement": np.where(excess > 0, SUSPECT_ABOVE - excess * SUSPECT_SLOPE, engagement),
        "authenticity": _find_authenticity(rows),
        "reach": rank_within(below=rows.reach_below, equal=rows.reach_equal, size=rows.reach_size),
        "growth": rank_within(below=rows.growth_below, equal=rows.growth_equal, size=rows.growth_size),
    }
    checks = _list_checks(rows)
    coverages: dict[str, Ints] = {
        "engagement": np.where(
            rows.engagement_size > 0, np.minimum(rows.items, ENOUGH_ITEMS) * SCALE // ENOUGH_ITEMS, 0
        ),
        "authenticity": np.stack(checks).sum(axis=0) * SCALE // len(checks),
        "reach": np.where(rows.reach_size > 0, SCALE, 0),
        "growth": np.where(rows.growth_size > 0, np.minimum(rows.points, ENOUGH_POINTS) * SCALE // ENOUGH_POINTS, 0),
    }
    return strengths, coverages


def _list_checks(rows: PlatformTable) -> list[NDArray[np.bool_]]:
    """Return which checks of authenticity could be made: spikes, likes by comments, duplicate comments."""
    return [rows.deltas >= ENOUGH_DELTAS, rows.ratio_size > 0, rows.comments >= ENOUGH_COMMENTS]


def _find_authenticity(rows: PlatformTable) -> Ints:
    has_deltas, has_ratio, has_comments = _list_checks(rows)
    comments = np.maximum(rows.comments, 1)
    duplicates = (comments - np.minimum(rows.distinct_comments, comments)) * SCALE // comments
    excess = np.clip(duplicates - TOLERATED_DUPLICATES, 0, SCALE)
    deducted = (
        np.where(has_deltas, np.minimum(rows.spikes, MOST_SPIKES) * SPIKE_COST, 0)
        + np.where(has_ratio, rows.ratio_is_odd * RATIO_COST, 0)
        + np.where(has_comments, excess * DUPLICATES_COST // (SCALE - TOLERATED_DUPLICATES), 0)
    )
    return SCALE - deducted


def _combine(rows: PlatformTable, strength: Ints, coverage: Ints, *, count: int) -> tuple[Ints, Ints]:
    """Return a component by creator: platforms count by their weight, and only as far as they are known."""
    weight, known, reached = (np.zeros(count, dtype=np.int64) for _ in range(3))
    np.add.at(weight, rows.creator, rows.weight)
    np.add.at(known, rows.creator, rows.weight * coverage)
    np.add.at(reached, rows.creator, rows.weight * coverage * strength)
    found = (2 * reached + known) // np.maximum(2 * known, 1)
    return np.where(known > 0, found, 0), known // np.maximum(weight, 1)


def _score_platforms(strengths: dict[str, Ints], coverages: dict[str, Ints]) -> Ints:
    """Return each platform row's own score of 0 to 100, of the components platforms have."""
    parts = [
        WEIGHTS[name] * (coverages[name] * strengths[name] + (SCALE - coverages[name]) * PRIOR)
        for name in PLATFORM_COMPONENTS
    ]
    whole = sum(WEIGHTS[name] for name in PLATFORM_COMPONENTS)
    found: Ints = (2 * np.stack(parts).sum(axis=0) * 100 + whole * POINT) // (2 * whole * POINT)
    return found


def build_table(kind: type[Any], rows: list[dict[str, int]]) -> Any:
    """Return a ``PlatformTable`` or ``CreatorTable`` of rows given as whole numbers by column."""
    names = kind.__dataclass_fields__
    return kind(**{name: np.array([row[name] for row in rows], dtype=np.int64) for name in names})
