"""Diversity: each next result is the one worth most, less what it repeats (MMR, Carbonell and Goldstein 1998)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def choose_diverse(
    *, scores: Sequence[float], vectors: NDArray[np.float64], weight: float, limit: int
) -> list[tuple[int, float]]:
    """Return the places of the best results in order, each with its diversity, 0 to 1.

    ``vectors`` are unit rows, zero for what has none. Diversity is 1 less the greatest cosine with a result chosen
    before (never above 1), and 1 for the first; a result is worth its score plus ``weight`` times its diversity. Equal
    ones keep their order.
    """
    base = np.asarray(scores, dtype=np.float64)
    nearest = np.zeros(len(base))
    is_free = np.ones(len(base), dtype=bool)
    chosen: list[tuple[int, float]] = []
    while len(chosen) < min(limit, len(base)):
        worth = np.where(is_free, np.round(base + weight * (1 - nearest), 12), -np.inf)
        place = int(np.argmax(worth))
        chosen.append((place, float(1 - nearest[place])))
        is_free[place] = False
        nearest = np.maximum(nearest, np.clip(vectors @ vectors[place], 0, 1))
    return chosen
