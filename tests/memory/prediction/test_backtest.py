"""The method on SYNTHETIC history: it beats naive guesses, its intervals hold, and it learns nothing too early."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from memory.prediction.backtest import LEAST_EXAMPLES, fit_with_intervals, list_known, run_backtest
from memory.prediction.features import NAMES, to_multiple, to_target
from memory.prediction.model import COVERAGE, find_bounds, fit_ridge, read_model
from memory.prediction.synthetic import NOISE, make_history

HISTORY = make_history(examples=400, seed=7)


@pytest.fixture(scope="module")
def backtest():
    return run_backtest(HISTORY)


def test_ridge_beats_both_naive_guesses_and_finds_no_more_than_there_is(backtest) -> None:
    assert backtest.total.examples == 200
    assert backtest.total.gain > 0.1
    assert all(backtest.total.error < error for error in backtest.others.values())
    assert backtest.total.error > 0.7 * NOISE  # mean absolute error of the noise itself is 0.8 of it


def test_intervals_hold_about_as_often_as_said(backtest) -> None:
    assert backtest.total.inside == pytest.approx(COVERAGE, abs=0.1)


def test_predictions_are_calibrated_from_lowest_to_highest(backtest) -> None:
    said = [one.predicted for one in backtest.calibration]
    assert said == sorted(said)
    assert backtest.calibration[-1].actual > backtest.calibration[0].actual + 0.3


def test_accuracy_is_told_for_every_segment(backtest) -> None:
    assert {name.partition(":")[0] for name in backtest.segments} == {"platform", "kind", "size"}
    platforms = [one.examples for name, one in backtest.segments.items() if name.startswith("platform:")]
    assert sum(platforms) == backtest.total.examples


def test_outcomes_that_became_known_late_are_not_learnt_from_before() -> None:
    """With every outcome known only after the last agreement nothing can be learnt in time."""
    late = HISTORY[-1].agreed_at + timedelta(days=1)
    with pytest.raises(ValueError, match="Too few outcomes were known"):
        run_backtest([replace(one, known_at=late) for one in HISTORY])
    at = HISTORY[200].agreed_at
    assert all(one.known_at <= at for one in list_known(HISTORY, at=at))
    assert 0 < len(list_known(HISTORY, at=at)) < 200


def test_history_of_nothing_but_noise_gains_nothing() -> None:
    """Outcomes dealt to other collaborations: whatever is gained then is a leak."""
    dealt = [
        replace(one, multiple=other.multiple) for one, other in zip(HISTORY, HISTORY[137:] + HISTORY, strict=False)
    ]
    assert run_backtest(dealt).total.gain < 0.03


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(ValueError, match=f"59 outcomes of the {LEAST_EXAMPLES}"):
        run_backtest(HISTORY[:59])


def test_stored_model_says_the_same_and_explains_it() -> None:
    fitted = fit_with_intervals(HISTORY, run_backtest(HISTORY))
    stored = read_model(fitted.to_json())
    features = HISTORY[3].features
    said = stored.estimate(features)
    assert said == fitted.estimate(features)
    assert said.low < said.multiple < said.high
    assert to_target(said.multiple) == pytest.approx(float(stored.predict([features])[0]))
    shift = sum(math.log(one.factor) for one in said.effects)
    assert stored.intercept + shift == pytest.approx(to_target(said.multiple))
    assert {one.feature for one in said.effects} == set(NAMES)


def test_higher_fee_for_the_same_creator_lowers_the_return() -> None:
    model = fit_ridge(HISTORY)
    cheap = {**HISTORY[3].features, "fee": 500.0, "fee_per_view": 0.02, "views": 25_000.0}
    dear = {**cheap, "fee": 2_000.0, "fee_per_view": 0.08}
    assert model.estimate(dear).multiple < model.estimate(cheap).multiple


def test_nothing_known_gives_the_average_and_not_an_error() -> None:
    said = fit_ridge(HISTORY).estimate({})
    assert said.multiple > 0
    assert not any(one.is_known for one in said.effects)


def test_model_of_other_features_is_refused() -> None:
    stored = fit_ridge(HISTORY).to_json()
    with pytest.raises(ValueError, match="other features"):
        read_model({**stored, "features": ["fee"]})


def test_bounds_are_wider_than_the_errors_quantiles_when_few() -> None:
    errors = [float(place) for place in range(1, 22)]
    assert find_bounds(errors) == (2.0, 20.0)
    assert find_bounds([1.0, 2.0]) == (1.0, 2.0)


@pytest.mark.parametrize("multiple", [0.0, 0.4, 1.0, 25.0])
def test_multiples_survive_the_scale(multiple: float) -> None:
    assert to_multiple(to_target(multiple)) == pytest.approx(multiple)
