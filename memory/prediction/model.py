"""Ridge regression of the logarithm of a return, with intervals from its own errors: small, explained, no pickles.

Hoerl and Kennard 1970 for the ridge, Lei and others 2018 (split conformal prediction) for the intervals. What is fitted
by scikit-learn is kept as numbers; predicting needs no library.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.prediction.features import NAMES, Example, Features, scale, to_multiple, to_target

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
COVERAGE = 0.8  # of the intervals
CONSTANT = 1e-9  # a column with a smaller deviation tells nothing

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """By which factor a feature moves a prediction from the average one; ``is_known`` is false for a stand-in."""

    feature: str
    factor: float
    is_known: bool


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A predicted multiple of what is paid, with the bounds that hold in ``COVERAGE`` of cases, and why."""

    multiple: float
    low: float
    high: float
    effects: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True)
class RidgeModel:
    """A fitted model. The columns are the features, then for each whether it was not known.

    ``low`` and ``high`` are the bounds of errors on campaigns the model had not seen, in the target's scale.
    """

    medians: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    low: float = 0.0
    high: float = 0.0

    def estimate(self, features: Features) -> Estimate:
        """Predict one collaboration."""
        row = build_matrix([features], self.medians)[0]
        parts = (row - np.array(self.means)) / np.array(self.deviations) * np.array(self.coefficients)
        target = self.intercept + float(parts.sum())
        effects = [
            Effect(
                feature=name,
                factor=math.exp(float(parts[place] + parts[place + len(NAMES)])),
                is_known=scale(name, features.get(name)) is not None,
            )
            for place, name in enumerate(NAMES)
        ]
        effects.sort(key=lambda one: (-abs(math.log(one.factor)), one.feature))
        return Estimate(
            multiple=to_multiple(target),
            low=to_multiple(target + self.low),
            high=to_multiple(target + self.high),
            effects=tuple(effects),
        )

    def predict(self, features: Sequence[Features]) -> Matrix:
        """Return the targets of many collaborations."""
        rows = build_matrix(features, self.medians)
        scaled = (rows - np.array(self.means)) / np.array(self.deviations)
        return np.asarray(self.intercept + scaled @ np.array(self.coefficients), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        return {"features": list(NAMES), **asdict(self)}


def read_model(stored: dict[str, Any]) -> RidgeModel:
    """Return a stored model.

    Raises:
        ValueError: it was fitted on other features.
    """
    fields = dict(stored)
    if tuple(fields.pop("features", ())) != NAMES:
        raise ValueError("The model was fitted on other features.")
    read: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return RidgeModel(**read)


def fit_ridge(examples: Sequence[Example]) -> RidgeModel:
    """Fit on all examples; the penalty is chosen by generalised cross-validation."""
    from sklearn.linear_model import RidgeCV  # takes a second; only where a model is fitted

    features = [one.features for one in examples]
    medians = _find_medians(features)
    rows = build_matrix(features, medians)
    means, deviations = rows.mean(axis=0), rows.std(axis=0)
    deviations[deviations < CONSTANT] = 1.0
    fitted = RidgeCV(alphas=PENALTIES).fit((rows - means) / deviations, [to_target(one.multiple) for one in examples])
    return RidgeModel(
        medians=medians,
        means=tuple(means.tolist()),
        deviations=tuple(deviations.tolist()),
        coefficients=tuple(fitted.coef_.tolist()),
        intercept=float(fitted.intercept_),
    )


def find_bounds(errors: Sequence[float], *, coverage: float = COVERAGE) -> tuple[float, float]:
    """Return the bounds between which the next error falls with this probability, corrected for few errors."""
    ordered = sorted(errors)
    tail = (1 - coverage) / 2
    place = math.ceil((len(ordered) + 1) * (1 - tail)) - 1
    high = min(place, len(ordered) - 1)
    return ordered[len(ordered) - 1 - high], ordered[high]


def build_matrix(features: Sequence[Features], medians: Sequence[float]) -> Matrix:
    """Return the features as the model sees them, and beside each whether a median stands in for it."""
    scaled = [[scale(name, one.get(name)) for name in NAMES] for one in features]
    values = np.array([[np.nan if value is None else value for value in row] for row in scaled], dtype=np.float64)
    missing = np.isnan(values)
    return np.hstack([np.where(missing, np.array(medians), values), missing.astype(np.float64)])


def _find_medians(features: Sequence[Features]) -> tuple[float, ...]:
    columns = ([value for one in features if (value := scale(name, one.get(name))) is not None] for name in NAMES)
    return tuple(float(np.median(column)) if column else 0.0 for column in columns)
