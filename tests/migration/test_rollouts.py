"""Cohorts, percentages, and plans that only advance while their guards hold."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from creators.models import Interaction
from migration.enums import Flag, Guard, Stage
from migration.errors import RolloutInvalid, StageConflict
from migration.models import Dataset, OutboxRow, RolloutPlan
from migration.queries.cohorts import COHORTS, Share, find_cohort
from migration.queries.flags import is_flag_on
from migration.queries.routes import Store, choose_store
from migration.services.flags import set_flag_share
from migration.services.rollouts import PlannedStep, advance_rollouts, cancel_rollout, plan_rollout, set_canary_share
from migration.services.stages import promote_dataset, roll_back_dataset
from tests.migration.climbing import climb, shadow_reads
from tests.migration.conftest import make_interaction, switch

NAME = "interactions"
CREATORS = range(1, 4001)


def test_cohorts_are_even_stable_and_independent_between_flags():
    read = [find_cohort(salt="READ_FROM_MONGO", scope=one) for one in CREATORS]
    hybrid = [find_cohort(salt="HYBRID_SEARCH", scope=one) for one in CREATORS]

    assert read[:5] == [185, 77, 38, 27, 35]  # they never change: creators would move between stores
    assert set(read) == set(range(COHORTS))
    both = sum(one < 128 and other < 128 for one, other in zip(read, hybrid, strict=True))
    assert abs(both / len(CREATORS) - 0.25) < 0.03


def test_higher_percentage_keeps_everybody_reached():
    reached = [
        {one for one in CREATORS if Share.of(percent, (), ()).reaches(salt="F", scope=one)}
        for percent in (0, 10, 25, 50, 75, 100)
    ]

    assert reached[0] == set()
    assert reached[-1] == set(CREATORS)
    for fewer, more in pairwise(reached):
        assert fewer < more
    assert abs(len(reached[1]) / len(CREATORS) - 0.10) < 0.02


def test_lists_win_over_the_percentage():
    share = Share.of(0, [7], [8])
    everybody = Share.of(100, (), [8])

    assert [share.reaches(salt="F", scope=one) for one in (7, 8, 9)] == [True, False, False]
    assert [everybody.reaches(salt="F", scope=one) for one in (7, 8)] == [True, False]


@pytest.fixture
def shadowing(transactional_db, creator, mongo):
    Interaction.objects.bulk_create([make_interaction(creator, str(number)) for number in range(3)])
    switch("USE_MONGO")
    switch("READ_FROM_MONGO")
    climb(NAME, Stage.SHADOW)
    shadow_reads(NAME)
    return creator


def promote() -> Dataset:
    return promote_dataset(name=NAME, actor="t", reason="t", now=timezone.now())


def count_on_mongo() -> int:
    return sum(choose_store(datasets=[NAME], scope=one) is Store.MONGO for one in range(1, 301))


def test_plan_takes_one_step_at_a_time_when_its_date_has_come(shadowing, settings):
    settings.MIGRATION = replace(settings.MIGRATION, rollout_step_seconds=3600)
    promote()
    now = timezone.now()
    assert count_on_mongo() == 0

    assert advance_rollouts(now=now) == [f"{NAME}: 10 %"]
    tenth = count_on_mongo()
    assert advance_rollouts(now=now) == []
    assert advance_rollouts(now=now + timedelta(hours=1)) == [f"{NAME}: 25 %"]

    assert 10 < tenth < 50
    assert tenth < count_on_mongo() < 110
    plan = RolloutPlan.objects.get()
    assert [bool(one.reached_at) for one in plan.steps.order_by("percent")] == [True, True, False, False, False]


def test_plan_waits_while_a_guard_does_not_hold_and_says_why(shadowing):
    promote()
    OutboxRow.objects.create(
        dataset=NAME, key=1, scope=1, version=1, operation="u", quarantined_at=timezone.now(), error="bad"
    )

    assert advance_rollouts(now=timezone.now()) == []

    assert "The quarantine is empty does not hold: 1 rows" in RolloutPlan.objects.get().held_because
    OutboxRow.objects.all().delete()
    assert advance_rollouts(now=timezone.now()) == [f"{NAME}: 10 %"]
    assert RolloutPlan.objects.get().held_because == ""


def test_rollback_ends_the_plan(shadowing):
    promote()
    advance_rollouts(now=timezone.now())

    roll_back_dataset(name=NAME, actor="t", reason="t", now=timezone.now())

    assert RolloutPlan.objects.get().finished_at is not None
    assert advance_rollouts(now=timezone.now()) == []
    assert (Dataset.objects.get(name=NAME).read_percent, count_on_mongo()) == (0, 0)


def test_creator_on_the_allow_list_reads_mongo_before_everybody(shadowing):
    promote()

    set_canary_share(name=NAME, percent=0, allowed=[5], denied=[], actor="t", reason="t", now=timezone.now())

    assert [choose_store(datasets=[NAME], scope=one) for one in (5, 6)] == [Store.MONGO, Store.POSTGRES]


def test_percentage_by_hand_is_for_the_canary_alone(shadowing):
    with pytest.raises(StageConflict, match="canary"):
        set_canary_share(name=NAME, percent=50, allowed=[], denied=[], actor="t", reason="t", now=timezone.now())
    promote()
    with pytest.raises(RolloutInvalid, match="Both allowed and denied: 5"):
        set_canary_share(name=NAME, percent=50, allowed=[5], denied=[5], actor="t", reason="t", now=timezone.now())

    set_canary_share(name=NAME, percent=50, allowed=[], denied=[], actor="t", reason="t", now=timezone.now())

    assert 110 < count_on_mongo() < 190
    assert RolloutPlan.objects.get().finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_flag_holds_for_its_share_of_creators():
    switch("USE_MONGO")
    set_flag_share(name="USE_MONGO", percent=100, allowed=[], denied=[3], actor="t", reason="t", now=timezone.now())
    switch("READ_FROM_MONGO")
    set_flag_share(
        name="READ_FROM_MONGO", percent=50, allowed=[1], denied=[2], actor="t", reason="t", now=timezone.now()
    )

    assert is_flag_on("READ_FROM_MONGO")
    assert [is_flag_on("READ_FROM_MONGO", scope=one) for one in (1, 2, 3)] == [True, False, False]
    reached = sum(is_flag_on("READ_FROM_MONGO", scope=one) for one in range(100, 500))
    assert 150 < reached < 250


@pytest.mark.django_db(transaction=True)
def test_flag_follows_a_plan_of_its_own():
    switch("COST_TRACKING")
    now = timezone.now()
    steps = [PlannedStep(percent=20, not_before=now), PlannedStep(percent=100, not_before=now + timedelta(days=1))]
    plan = plan_rollout(flag=Flag.COST_TRACKING, steps=steps, actor="t", reason="t", now=now)

    assert advance_rollouts(now=now) == ["COST_TRACKING: 20 %"]
    assert 20 < sum(is_flag_on("COST_TRACKING", scope=one) for one in range(300)) < 100
    assert cancel_rollout(plan_id=plan.pk, actor="t", reason="t", now=now) is True
    assert cancel_rollout(plan_id=plan.pk, actor="t", reason="t", now=now) is False
    assert advance_rollouts(now=now + timedelta(days=2)) == []


@pytest.mark.parametrize("percents", [[], [50, 20], [0, 10], [10, 10], [90, 101]])
@pytest.mark.django_db(transaction=True)
def test_plan_that_does_not_rise_is_refused(percents):
    now = timezone.now()
    steps = [PlannedStep(percent=one, not_before=now, guards=(Guard.LAG,)) for one in percents]

    with pytest.raises(RolloutInvalid):
        plan_rollout(flag=Flag.HYBRID_SEARCH, steps=steps, actor="t", reason="t", now=now)

    assert RolloutPlan.objects.count() == 0
