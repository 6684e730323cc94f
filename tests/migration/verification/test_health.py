"""Parity's colour: what was not proven is never green."""

from datetime import timedelta

import pytest
from django.utils import timezone

from migration.enums import ParityMode, ParityState, ParityTier, Stage
from migration.models import Dataset, ParityRun
from migration.queries.parity_health import find_running_pass, get_parity_health
from tests.migration.verification.conftest import NAME, check, get_key, take_stage

NOW = timezone.now()


@pytest.fixture
def dataset(transactional_db) -> Dataset:
    take_stage()
    return Dataset.objects.get(name=NAME)


def make_run(dataset: Dataset, **values) -> ParityRun:
    now = timezone.now()
    given = {"started_at": now, "updated_at": now, "finished_at": now, "state": ParityState.CLEAN, "compared": 1000}
    return ParityRun.objects.create(dataset=dataset, **{**given, **values})


def get_colour(dataset: Dataset, **given) -> str:
    return get_parity_health(dataset=dataset, now=given.get("now", timezone.now())).colour


def test_fresh_clean_pass_is_green(dataset):
    make_run(dataset)

    health = get_parity_health(dataset=dataset, now=timezone.now())

    assert (health.colour, health.sentence) == ("green", "All 1,000 keys agree.")


UNPROVEN = {
    "never": None,
    "empty": {"state": ParityState.EMPTY, "compared": 0},
    "failed": {"state": ParityState.FAILED, "error": "OSError"},
    "killed": {"state": ParityState.RUNNING, "finished_at": None},
    "fast": {"tier": ParityTier.FAST},
    "sample": {"mode": ParityMode.SAMPLE},
    "recent": {"mode": ParityMode.RECENT},
    "old": {"finished_at": NOW - timedelta(days=2)},
    "suspended": {"state": ParityState.UNSETTLED, "suspended": 1},
    "one": {"state": ParityState.DIFFERENT, "mismatched": 1},
    "before the backfill": {"started_at": NOW - timedelta(days=9)},
}


@pytest.mark.parametrize("case", UNPROVEN)
def test_what_is_not_proven_is_not_green(dataset, case):
    if UNPROVEN[case] is not None:
        make_run(dataset, **UNPROVEN[case])

    assert get_colour(dataset) == "amber"


@pytest.mark.parametrize(("mismatched", "colour"), [(10, "amber"), (11, "red"), (1000, "red")])
def test_parity_below_99_percent_is_red(dataset, mismatched, colour):
    make_run(dataset, state=ParityState.DIFFERENT, mismatched=mismatched)

    assert get_colour(dataset) == colour


def test_unproven_dataset_that_creators_read_is_red(dataset):
    Dataset.objects.update(stage=Stage.CUTOVER)
    dataset.refresh_from_db()

    assert get_colour(dataset) == "red"


def test_failure_after_a_clean_pass_is_not_green(dataset):
    make_run(dataset)
    make_run(dataset, state=ParityState.FAILED, error="ServerSelectionTimeoutError")

    health = get_parity_health(dataset=dataset, now=timezone.now())

    assert (health.colour, health.sentence) == ("amber", "The latest pass failed: ServerSelectionTimeoutError.")


def test_difference_found_by_a_later_pass_of_another_kind_ends_green(copied, mongo):
    check()
    dataset = Dataset.objects.get(name=NAME)
    assert get_colour(dataset) == "green"
    mongo.interactions.update_one({"_id": get_key("5")}, {"$set": {"text": "bent"}})

    check(mode=ParityMode.SCOPE, scope=copied.pk)

    health = get_parity_health(dataset=dataset, now=timezone.now())
    assert (health.colour, health.sentence) == ("amber", "A later pass found 1 to differ.")


def test_running_pass_is_one_that_was_heard_of(dataset):
    run = make_run(dataset, state=ParityState.RUNNING, finished_at=None)

    assert find_running_pass(name=NAME, now=timezone.now()) == run
    assert find_running_pass(name=NAME, now=timezone.now() + timedelta(minutes=2)) is None
