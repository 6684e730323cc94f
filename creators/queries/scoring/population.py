"""Everybody's figures, as arrays: what cohorts are made of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from creators.score_cohorts import Population, find_band
from creators.score_formula import Floats
from veri.platform.connections.reading import fetch_rows

# Rows of platforms that no longer count (YouTube's, when its terms are not accepted) are not compared with.
_ALL = """
SELECT creator_id, platform, category, followers::float8, items, rate, slope, ratio
FROM creators_platformfigures WHERE platform = ANY(%s) ORDER BY creator_id, platform"""


def load_population(*, platforms: list[str]) -> Population:
    """Return the figures of every scored creator, ordered by creator and platform."""
    rows = fetch_rows(_ALL, [platforms])
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [() for _ in range(8)]
    creator, platform, category, followers, items, rate, slope, ratio = columns
    platform_names, platform_codes = _encode(platform)
    category_names, category_codes = _encode(category)
    return Population(
        creator=np.array(creator, dtype=np.int64),
        platform=platform_codes,
        category=category_codes,
        followers=_to_floats(followers),
        band=find_band(_to_floats(followers)),
        items=np.array(items, dtype=np.int64),
        rate=_to_floats(rate),
        slope=_to_floats(slope),
        ratio=_to_floats(ratio),
        platforms=platform_names,
        categories=category_names,
    )


def _to_floats(values: tuple[Any, ...]) -> Floats:
    return np.array(values, dtype=np.float64)


def _encode(values: tuple[str, ...]) -> tuple[list[str], NDArray[np.int64]]:
    names = sorted(set(values))
    codes = {name: code for code, name in enumerate(names)}
    return names, np.array([codes[value] for value in values], dtype=np.int64)
