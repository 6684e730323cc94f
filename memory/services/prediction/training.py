"""Fit the model of returns anew and judge it before it may say anything."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from memory.errors import PredictionRefused
from memory.models import ReturnModel
from memory.prediction.backtest import Backtest, fit_with_intervals, guess_boosted, run_backtest
from memory.prediction.model import COVERAGE
from memory.queries.predictions import get_latest_model, list_examples

LEAST_GAIN = 0.05  # by which the error must be smaller than that of the better naive guess
LARGEST_MISS = 0.15  # of the intervals' coverage


def fit_return_model(*, now: datetime) -> ReturnModel:
    """Fit on every known outcome and keep the model with its backtest; with nothing new since, return the latest.

    A model that is hardly better than a naive guess, or whose intervals do not hold, is kept with its refusal.

    Raises:
        PredictionRefused: too few outcomes are known.
    """
    examples = list_examples()
    latest = get_latest_model()
    if latest is not None and latest.examples == len(examples):
        return latest
    try:
        backtest = run_backtest(examples, others={"boosted trees": guess_boosted})
    except ValueError as error:
        raise PredictionRefused(str(error)) from error
    model = fit_with_intervals(examples, backtest)
    with transaction.atomic(durable=True):
        return ReturnModel.objects.create(
            document=model.to_json(),
            report=write_report(backtest),
            examples=len(examples),
            refusal=find_refusal(backtest),
            fitted_at=now,
        )


def find_refusal(backtest: Backtest) -> str:
    """Return why a model of this quality may not be used; empty when it may."""
    total = backtest.total
    if total.gain < LEAST_GAIN:
        return (
            f"In the backtest its error was {total.error:.2f}, that of a naive guess {total.naive_error:.2f}:"
            " a guess does as well."
        )
    if total.inside is None or abs(total.inside - COVERAGE) > LARGEST_MISS:
        return f"Its intervals are meant to hold in {COVERAGE:.0%} of cases; in the backtest that was not so."
    return ""


def write_report(backtest: Backtest) -> dict[str, Any]:
    """Return a backtest as JSON; errors are of log(multiple + 0.1)."""
    return {
        "total": _describe(asdict(backtest.total), backtest.total.gain),
        "segments": {name: _describe(asdict(one), one.gain) for name, one in backtest.segments.items()},
        "calibration": [asdict(one) for one in backtest.calibration],
        "others": dict(backtest.others),
    }


def _describe(accuracy: Mapping[str, Any], gain: float) -> dict[str, Any]:
    return {**accuracy, "gain": gain}
