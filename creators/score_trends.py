"""Trends of followers over ninety days: Theil and Sen's slope, and days that grew beyond reason. Pure.

Theil, H. (1950) and Sen, P. K. (1968): the median of the slopes between all pairs of points, which a few wild points
do not move. Rows are creators' accounts; columns days, the oldest first, NaN where nothing was measured.
"""

import numpy as np

from creators.score_formula import OUTLIER, Floats, Ints

DAYS = 91
STEP = 7
LEAST_POINTS = 5
LEAST_SPIKE = 0.01  # of the followers: a small account's every follower is no spike


def find_slopes(daily: Floats) -> Floats:
    """Return each row's growth of log10(1 + followers) a day, of one point a week; NaN with fewer than five."""
    count, days = daily.shape
    weeks = np.full((count, -(-days // STEP)), np.nan)
    places = np.full(weeks.shape, np.nan)
    for number in range(weeks.shape[1]):
        part = daily[:, number * STEP : (number + 1) * STEP]
        for place in range(part.shape[1]):  # the last of the week that is known
            is_known = ~np.isnan(part[:, place])
            weeks[is_known, number] = np.log10(1 + part[is_known, place])
            places[is_known, number] = number * STEP + place
    first, second = np.triu_indices(weeks.shape[1], 1)
    slopes = (weeks[:, second] - weeks[:, first]) / (places[:, second] - places[:, first])
    found = np.full(count, np.nan)
    is_enough = (~np.isnan(weeks)).sum(axis=1) >= LEAST_POINTS
    if is_enough.any():
        found[is_enough] = np.nanmedian(slopes[is_enough], axis=1)
    return found


def count_spikes(daily: Floats) -> tuple[Ints, Ints]:
    """Return how many days grew beyond median + 6 * MAD, and of how many days the growth is known."""
    deltas = np.diff(daily, axis=1)
    is_known = ~np.isnan(deltas)
    counts = is_known.sum(axis=1)
    spikes = np.zeros(len(daily), dtype=np.int64)
    rows = np.flatnonzero(counts > 0)
    if len(rows):
        held = deltas[rows]
        middle = np.nanmedian(held, axis=1, keepdims=True)
        deviation = np.nanmedian(np.abs(held - middle), axis=1, keepdims=True)
        grown = held > middle + OUTLIER * np.maximum(deviation, 1)
        large = held > LEAST_SPIKE * daily[rows, :-1]
        spikes[rows] = (grown & large).sum(axis=1)
    return spikes, counts.astype(np.int64)
