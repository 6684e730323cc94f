"""The formula by itself: the reference's vectors, and what must hold for every input."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from creators.score_formula import COMPONENTS, POINT, SCALE, WEIGHTS, rank_within, round_half_up, weigh, write_points
from creators.score_trends import DAYS, count_spikes, find_slopes

STRENGTHS = [0.60, 0.90, 1.0, 0.60, 0.50, 0.0]
COVERAGES = [1, 1, 1, 1, 1, 0]
parts = st.lists(st.integers(0, SCALE), min_size=6, max_size=6)


def score(strengths, coverages):
    """Return (contributions, total, value) of one creator, from values of 0 to 1."""
    given_s, given_q = (np.array([[round(one * SCALE) for one in row]]) for row in (strengths, coverages))
    contribution, total = weigh(strength=given_s, coverage=given_q)
    return contribution[0].tolist(), int(total[0]), int(round_half_up(total)[0])


def test_vector_gives_71():
    contributions, total, value = score(STRENGTHS, COVERAGES)
    assert value == 71
    assert dict(zip(COMPONENTS, map(write_points, contributions), strict=True)) == {
        "engagement": "15.000000000000",
        "consistency": "18.000000000000",
        "authenticity": "20.000000000000",
        "reach": "9.000000000000",
        "growth": "5.000000000000",
        "reliability": "4.000000000000",
    }
    assert sum(contributions) == total == 71 * POINT


def test_half_rounds_up_as_pythons_round_does_not():
    _, total, value = score(STRENGTHS, [0.5, 1, 1, 1, 1, 0])
    assert (write_points(total), value, round(total / POINT)) == ("68.500000000000", 69, 68)


def test_nothing_known_is_the_prior_and_zeros_are_worse():
    assert score([0] * 6, [0] * 6)[2] == 40
    assert score([0] * 6, [1] * 6)[2] == 0
    assert score([1] * 6, [1] * 6)[2] == 100


@given(parts, parts)
def test_bounds_and_exact_sums(strengths, coverages):
    contribution, total = weigh(strength=np.array([strengths]), coverage=np.array([coverages]))
    assert int(contribution.sum()) == int(total[0])
    assert 0 <= int(round_half_up(total)[0]) <= 100
    assert all(0 <= part <= weight * POINT for part, weight in zip(contribution[0], WEIGHTS.values(), strict=True))


@given(parts, parts, st.integers(0, 5), st.integers(0, SCALE))
def test_score_never_falls_when_a_component_rises(strengths, coverages, place, more):
    raised = list(strengths)
    raised[place] = min(SCALE, raised[place] + more)
    before, after = (
        int(weigh(strength=np.array([one]), coverage=np.array([coverages]))[1][0]) for one in (strengths, raised)
    )
    assert after >= before


def test_percentiles_share_the_middle_of_ties():
    found = rank_within(below=np.array([0, 1, 3]), equal=np.array([1, 2, 1]), size=np.array([4, 4, 4]))
    assert found.tolist() == [125_000, 500_000, 875_000]


def test_one_wild_day_moves_no_slope_and_is_a_spike():
    steady = np.array([[10_000 + 10 * day for day in range(DAYS)]], dtype=float)
    wild = steady.copy()
    wild[0, 40:] += 5_000
    assert count_spikes(steady)[0].tolist() == [0]
    assert count_spikes(wild)[0].tolist() == [1]
    doubled = steady.copy()
    doubled[0, 40] *= 2
    assert abs(find_slopes(doubled)[0] - find_slopes(steady)[0]) < 1e-6


def test_too_few_points_have_no_slope():
    few = np.full((1, DAYS), np.nan)
    few[0, [0, 10, 20, 30]] = 100
    assert np.isnan(find_slopes(few)).tolist() == [True]
    assert count_spikes(few)[1].tolist() == [0]
