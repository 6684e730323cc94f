"""Cohorts: creators are compared with their like, and with ever wider circles where their like are few. Pure.

A cohort of fewer than thirty falls back upward: engagement from platform, category and size to platform and size, to
the platform, to all; reach from platform and category; growth and likes by comments from platform and size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creators.score_formula import LEAST_DEVIATION, OUTLIER, Floats, Ints

LEAST_COHORT = 30
SHRINKING_ITEMS = 10
BANDS = (1_000, 10_000, 100_000, 1_000_000)
UNKNOWN_BAND = len(BANDS) + 1
LEVELS = {
    "engagement": (("platform", "category", "band"), ("platform", "band"), ("platform",), ()),
    "reach": (("platform", "category"), ("platform",), ()),
    "growth": (("platform", "band"), ("platform",), ()),
    "ratio": (("platform", "band"), ("platform",), ()),
}


@dataclass(frozen=True, kw_only=True)
class Population:
    """Every creator's figures by connected platform; NaN is not known. Texts are codes into the two lists.

    ``band`` is ``find_band`` of the followers.
    """

    creator: Ints
    platform: Ints
    category: Ints
    followers: Floats
    band: Ints
    items: Ints
    rate: Floats
    slope: Floats
    ratio: Floats
    platforms: Sequence[str]
    categories: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Ranks:
    """By row: the level its cohort is of, the cohort's size, how many are below and equal, its median and deviation."""

    level: Ints
    size: Ints
    below: Ints
    equal: Ints
    median: Floats
    deviation: Floats


def find_band(followers: Floats) -> Ints:
    """Return the size band: below a thousand 0, then one for each power of ten, a last one for who hides it."""
    band = np.digitize(np.nan_to_num(followers), BANDS)
    return np.where(np.isnan(followers), UNKNOWN_BAND, band).astype(np.int64)


def rank_population(population: Population) -> dict[str, Ranks]:
    """Return the ranks of every row by component."""
    keys = {
        "platform": population.platform,
        "category": population.category,
        "band": population.band,
    }
    values = {
        "engagement": population.rate,
        "reach": np.log10(1 + population.followers),
        "growth": population.slope,
        "ratio": population.ratio,
    }
    return {
        name: _rank(values[name], [_join(keys, level, len(population.creator)) for level in LEVELS[name]],
                    items=population.items if name == "engagement" else None)
        for name in LEVELS
    }  # fmt: skip


def name_cohort(population: Population, *, component: str, level: int, row: int) -> str:
    """Return a cohort's name, like ``tiktok/food/2``."""
    parts = {
        "platform": population.platforms[int(population.platform[row])],
        "category": population.categories[int(population.category[row])],
        "band": str(int(population.band[row])),
    }
    return "/".join(parts[name] for name in LEVELS[component][level]) or "all"


def is_odd(*, ratio: float, median: float, deviation: float) -> bool:
    """Return whether likes by comments lie beyond what peers have: six times their median deviation from the median."""
    return bool(abs(ratio - median) > OUTLIER * max(deviation, LEAST_DEVIATION))


def _join(keys: dict[str, Ints], level: Sequence[str], count: int) -> Ints:
    joined = np.zeros(count, dtype=np.int64)
    for name in level:
        joined = joined * 1_000 + keys[name]
    return joined


def _rank(values: Floats, levels: Sequence[Ints], *, items: Ints | None) -> Ranks:
    count = len(values)
    is_known = ~np.isnan(values)
    level, size, below, equal = (np.zeros(count, dtype=np.int64) for _ in range(4))
    median, deviation = np.full(count, np.nan), np.full(count, np.nan)
    is_open = is_known.copy()
    rows = np.flatnonzero(is_known)
    for number, joined in enumerate(levels):
        if not is_open.any():
            break
        _, group = np.unique(joined[rows], return_inverse=True)
        sizes = np.bincount(group)
        medians = _find_medians(values[rows], group, sizes)
        ranked = values[rows]
        if items is not None:  # few items say little: they are drawn to the middle of their cohort
            n = items[rows]
            ranked = (SHRINKING_ITEMS * medians[group] + n * ranked) / (SHRINKING_ITEMS + n)
        group_below, group_equal = _count_ranks(ranked, group, sizes)
        taken = is_open[rows] & ((sizes[group] >= LEAST_COHORT) | (number == len(levels) - 1))
        chosen, at = rows[taken], group[taken]
        level[chosen], size[chosen] = number, sizes[at]
        below[chosen], equal[chosen] = group_below[taken], group_equal[taken]
        median[chosen] = medians[at]
        deviation[chosen] = _find_medians(np.abs(values[rows] - medians[group]), group, sizes)[at]
        is_open[chosen] = False
    return Ranks(level=level, size=size, below=below, equal=equal, median=median, deviation=deviation)


def _find_medians(values: Floats, group: NDArray[np.intp], sizes: NDArray[np.intp]) -> Floats:
    order = np.lexsort((values, group))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    ordered = values[order]
    found: Floats = (ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]) / 2
    return found


def _count_ranks(values: Floats, group: NDArray[np.intp], sizes: NDArray[np.intp]) -> tuple[Ints, Ints]:
    """Return how many of its group are below each value, and how many equal it."""
    order = np.lexsort((values, group))
    ordered, grouped = values[order], group[order]
    is_first = np.ones(len(values), dtype=bool)
    is_first[1:] = (ordered[1:] != ordered[:-1]) | (grouped[1:] != grouped[:-1])
    run = np.cumsum(is_first) - 1
    firsts = np.flatnonzero(is_first)
    lengths = np.diff(np.append(firsts, len(values)))
    starts = (np.cumsum(sizes) - sizes)[grouped]
    below, equal = np.empty(len(values), dtype=np.int64), np.empty(len(values), dtype=np.int64)
    below[order] = firsts[run] - starts
    equal[order] = lengths[run]
    return below, equal
