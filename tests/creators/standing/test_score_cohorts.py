"""Cohorts: small ones fall back upward, ranks are those of a plain count, few items are drawn to the middle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creators.score_cohorts import Population, find_band, name_cohort, rank_population
from creators.score_formula import CreatorTable, PlatformTable, build_table, evaluate

EMPTY = dict.fromkeys(PlatformTable.__dataclass_fields__, 0) | {"weight": 1}
NOBODY = dict.fromkeys(CreatorTable.__dataclass_fields__, 0)


def make_population(rows) -> Population:
    """Return rows given as (platform code, category code, followers, items, rate)."""
    platform, category, followers, items, rate = (np.array(column) for column in zip(*rows, strict=True))
    followers = followers.astype(float)
    return Population(
        creator=np.arange(len(rows)), platform=platform, category=category, followers=followers,
        band=find_band(followers), items=items, rate=rate.astype(float), slope=np.full(len(rows), np.nan),
        ratio=np.full(len(rows), np.nan), platforms=["tiktok", "x"], categories=["food", "gaming"],
    )  # fmt: skip


def test_cohort_of_fewer_than_thirty_falls_back_upward():
    rows = [(0, 0, 500, 10, 0.1)] * 30 + [(0, 1, 500, 10, 0.1)] * 29 + [(1, 1, 5_000, 10, 0.1)] * 3
    population = make_population(rows)
    ranks = rank_population(population)["engagement"]
    named = [
        name_cohort(population, component="engagement", level=int(ranks.level[row]), row=row) for row in (0, 30, 59)
    ]
    assert named == ["tiktok/food/0", "tiktok/0", "all"]
    assert ranks.size[[0, 30, 59]].tolist() == [30, 59, 62]
    reach = rank_population(population)["reach"]
    assert reach.size[[0, 30, 59]].tolist() == [30, 59, 62]


def test_few_items_are_drawn_to_the_middle_of_the_cohort():
    rows = [(0, 0, 500, 100, 0.10 + 0.001 * number) for number in range(40)]
    rows += [(0, 0, 500, 1, 0.9), (0, 0, 500, 1_000, 0.9)]
    ranks = rank_population(make_population(rows))["engagement"]
    # (10 * 0.1205 + 1 * 0.9) / 11 = 0.19: above the forty, below the one whose thousand items say the same.
    assert ranks.below[[40, 41]].tolist() == [40, 41]
    assert ranks.median[0] == pytest.approx(0.1205)
    tied = make_population([*rows[:40], (0, 0, 500, 0, 0.9)])
    assert rank_population(tied)["engagement"].below[40] == 20  # without items the rate is the median itself


@given(st.lists(st.integers(0, 5), min_size=30, max_size=60))
def test_ranks_are_those_of_a_plain_count(values):
    ranks = rank_population(make_population([(0, 0, 10**value, 10, 0.1) for value in values]))["reach"]
    assert ranks.below.tolist() == [sum(other < value for other in values) for value in values]
    assert ranks.equal.tolist() == [values.count(value) for value in values]


def test_engagement_beyond_nearly_all_peers_counts_less():
    def get_strength(below):
        row = {**EMPTY, "items": 10, "engagement_below": below, "engagement_equal": 1, "engagement_size": 1_000}
        tables = build_table(PlatformTable, [row]), build_table(CreatorTable, [NOBODY])
        return int(evaluate(platforms=tables[0], creators=tables[1]).platform_strength["engagement"][0])

    assert [get_strength(below) for below in (500, 989, 995, 999)] == [500_500, 989_500, 720_500, 524_500]


def test_platform_without_figures_lowers_what_is_known_and_never_the_strength():
    known = {**EMPTY, "reach_below": 9, "reach_equal": 1, "reach_size": 10}
    alone = evaluate(platforms=build_table(PlatformTable, [known]), creators=build_table(CreatorTable, [NOBODY]))
    both = evaluate(platforms=build_table(PlatformTable, [known, EMPTY]), creators=build_table(CreatorTable, [NOBODY]))
    assert (alone.strength[0, 3], alone.coverage[0, 3]) == (950_000, 1_000_000)
    assert (both.strength[0, 3], both.coverage[0, 3]) == (950_000, 500_000)
    assert alone.total[0] > both.total[0]
