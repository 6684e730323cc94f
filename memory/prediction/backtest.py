"""How good a model would have been: fitted again and again on what was known, asked about what came next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from memory.prediction.features import Example, to_target
from memory.prediction.model import COVERAGE, RidgeModel, find_bounds, fit_ridge

FOLDS = 5
LEAST_EXAMPLES = 60  # with fewer outcomes nothing is predicted
LEAST_TRAINING = 30
LEAST_SEGMENT = 10  # smaller segments are not reported
LEAST_BOUNDS = 20  # errors an interval may rest on

Predictor = Callable[[Sequence[Example], Sequence[Example]], Sequence[float]]


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Errors in the target's scale, where 0.1 is about ten per cent; ``inside`` is the share within the interval."""

    examples: int
    error: float
    naive_error: float
    inside: float | None

    @property
    def gain(self) -> float:
        """Return by which share the error is smaller than that of the better naive guess."""
        return 1 - self.error / self.naive_error if self.naive_error else 0.0


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A fifth of the predictions, from the lowest to the highest: the mean of what was said and of what came."""

    examples: int
    predicted: float
    actual: float


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """What a rolling-origin test found. ``others`` are the errors of the methods compared with."""

    total: Accuracy
    segments: Mapping[str, Accuracy]
    calibration: tuple[Calibration, ...]
    others: Mapping[str, float]
    errors: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class _Seen:
    example: Example
    predicted: float
    inside: bool | None
    naive: Mapping[str, float]

    @property
    def error(self) -> float:
        return to_target(self.example.multiple) - self.predicted


def run_backtest(examples: Sequence[Example], *, others: Mapping[str, Predictor] | None = None) -> Backtest:
    """Test the ridge on the later half of the examples, in folds of time; nothing is learnt before it was known.

    Raises:
        ValueError: there are fewer than ``LEAST_EXAMPLES``, or too few were known early enough.
    """
    if len(examples) < LEAST_EXAMPLES:
        raise ValueError(f"{len(examples)} outcomes of the {LEAST_EXAMPLES} that a prediction needs.")
    methods = {**NAIVE, **(others or {})}
    ordered = sorted(examples, key=lambda one: one.agreed_at)
    seen: list[_Seen] = []
    for fold in np.array_split(np.arange(len(ordered) // 2, len(ordered)), FOLDS):
        asked = [ordered[place] for place in fold]
        known = list_known(ordered, at=asked[0].agreed_at)
        if len(known) >= LEAST_TRAINING:
            seen += _ask(known, asked, methods, [one.error for one in seen])
    if not seen:
        raise ValueError("Too few outcomes were known before the next campaigns began.")
    return _judge(seen, list(methods))


def fit_with_intervals(examples: Sequence[Example], backtest: Backtest) -> RidgeModel:
    """Fit on everything; the intervals are those of the errors the backtest met."""
    low, high = find_bounds(backtest.errors)
    return replace(fit_ridge(examples), low=low, high=high)


def list_known(examples: Sequence[Example], *, at: datetime) -> list[Example]:
    """Return the examples whose outcome was known at an instant."""
    return [one for one in examples if one.known_at <= at]


def _ask(
    known: Sequence[Example], asked: Sequence[Example], methods: Mapping[str, Predictor], errors: Sequence[float]
) -> list[_Seen]:
    predicted = fit_ridge(known).predict([one.features for one in asked])
    naive = {name: method(known, asked) for name, method in methods.items()}
    bounds = find_bounds(errors) if len(errors) >= LEAST_BOUNDS else None
    return [
        _Seen(
            example=one,
            predicted=float(predicted[place]),
            inside=None
            if bounds is None
            else bounds[0] <= to_target(one.multiple) - float(predicted[place]) <= bounds[1],
            naive={name: float(values[place]) for name, values in naive.items()},
        )
        for place, one in enumerate(asked)
    ]


def _judge(seen: Sequence[_Seen], methods: Sequence[str]) -> Backtest:
    groups: dict[str, list[_Seen]] = {}
    for one in seen:
        for name, value in one.example.segments.items():
            groups.setdefault(f"{name}:{value}", []).append(one)
    others = {name: _mean_error(seen, name) for name in methods}
    best = min(NAIVE, key=lambda name: others[name])
    return Backtest(
        total=_measure(seen, best),
        segments={name: _measure(group, best) for name, group in sorted(groups.items()) if len(group) >= LEAST_SEGMENT},
        calibration=_calibrate(seen),
        others=others,
        errors=tuple(one.error for one in seen),
    )


def _measure(seen: Sequence[_Seen], naive: str) -> Accuracy:
    inside = [one.inside for one in seen if one.inside is not None]
    return Accuracy(
        examples=len(seen),
        error=float(np.mean([abs(one.error) for one in seen])),
        naive_error=_mean_error(seen, naive),
        inside=float(np.mean(inside)) if inside else None,
    )


def _mean_error(seen: Sequence[_Seen], method: str) -> float:
    return float(np.mean([abs(to_target(one.example.multiple) - one.naive[method]) for one in seen]))


def _calibrate(seen: Sequence[_Seen]) -> tuple[Calibration, ...]:
    ordered = sorted(seen, key=lambda one: one.predicted)
    parts = [[ordered[place] for place in part] for part in np.array_split(np.arange(len(ordered)), 5) if len(part)]
    return tuple(
        Calibration(
            examples=len(part),
            predicted=float(np.mean([one.predicted for one in part])),
            actual=float(np.mean([to_target(one.example.multiple) for one in part])),
        )
        for part in parts
    )


def guess_median(known: Sequence[Example], asked: Sequence[Example]) -> Sequence[float]:
    """Guess the median of everything known: the guess to beat."""
    return [float(np.median([to_target(one.multiple) for one in known]))] * len(asked)


def guess_segment(known: Sequence[Example], asked: Sequence[Example]) -> Sequence[float]:
    """Guess the median of the same platform and kind, or of everything where there are few."""
    targets: dict[tuple[str | None, str | None], list[float]] = {}
    for one in known:
        targets.setdefault(_describe(one), []).append(to_target(one.multiple))
    everything = guess_median(known, asked)
    return [
        float(np.median(mine)) if len(mine := targets.get(_describe(one), [])) >= LEAST_SEGMENT else guess
        for one, guess in zip(asked, everything, strict=True)
    ]


def guess_boosted(known: Sequence[Example], asked: Sequence[Example]) -> Sequence[float]:
    """Predict by gradient-boosted trees: what a less explainable method would have said."""
    from sklearn.ensemble import HistGradientBoostingRegressor  # takes a second; only where methods are compared
    from threadpoolctl import threadpool_limits

    from memory.prediction.features import NAMES, scale

    def rows(examples: Sequence[Example]) -> list[list[float]]:
        scaled = ([scale(name, one.features.get(name)) for name in NAMES] for one in examples)
        return [[np.nan if value is None else value for value in row] for row in scaled]

    model = HistGradientBoostingRegressor(loss="absolute_error", max_iter=150, learning_rate=0.05, random_state=0)
    with threadpool_limits(limits=1):  # a few hundred rows: threads would take four times as much of the machine
        fitted = model.fit(rows(known), [to_target(one.multiple) for one in known])
        return [float(value) for value in fitted.predict(rows(asked))]


def _describe(example: Example) -> tuple[str | None, str | None]:
    return example.segments.get("platform"), example.segments.get("kind")


NAIVE: dict[str, Predictor] = {"median": guess_median, "segment median": guess_segment}
COVERED = COVERAGE
