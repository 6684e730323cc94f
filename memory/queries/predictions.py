"""Reads of predicted returns: what models learn from, which one is in force, how good they were."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from billing.queries.campaigns.parties import list_collaborations
from creators.models import User
from memory.enums import PredictionCause
from memory.models import ReturnModel, ReturnPrediction
from memory.prediction.features import Example, to_target

NEWEST = 5_000  # examples a model is fitted on


@dataclass(frozen=True, kw_only=True)
class LiveAccuracy:
    """How predictions made before the outcome turned out: mean error (0.1 is about 10 %) and share within bounds."""

    predictions: int
    error: float | None
    inside: float | None


def get_latest_model() -> ReturnModel | None:
    return ReturnModel.objects.order_by("-pk").first()


def count_outcomes() -> int:
    return _list_known().count()


def list_examples() -> list[Example]:
    """Return the newest collaborations with an outcome, each as it was seen when terms were agreed."""
    rows = _list_known().order_by("-pk").values_list("features", "segments", "made_at", "known_at", "actual")
    return [
        Example(features=features, segments=segments, agreed_at=made_at, known_at=known_at, multiple=actual)
        for features, segments, made_at, known_at, actual in rows[:NEWEST]
        if known_at is not None and actual is not None
    ]


def list_predictions(*, acting_user: User) -> QuerySet[ReturnPrediction]:
    """Return what was predicted of the collaborations of the brands a user acts for, the latest first."""
    mine = list_collaborations(acting_user=acting_user).filter(
        campaign__brand__members__user=acting_user, campaign__brand__members__role__in=("owner", "member")
    )
    return ReturnPrediction.objects.filter(collaboration__in=mine).select_related("model").order_by("-pk")


def measure_live(*, model: ReturnModel | None = None) -> LiveAccuracy:
    """Compare predictions with what came; of one model, or of all."""
    rows = _list_known().filter(multiple__isnull=False)
    rows = rows if model is None else rows.filter(model=model)
    said: list[Any] = list(rows.values_list("multiple", "low", "high", "actual"))
    if not said:
        return LiveAccuracy(predictions=0, error=None, inside=None)
    errors = [abs(to_target(actual) - to_target(multiple)) for multiple, _, _, actual in said]
    inside = [low <= actual <= high for _, low, high, actual in said]
    return LiveAccuracy(predictions=len(said), error=float(np.mean(errors)), inside=float(np.mean(inside)))


def _list_known() -> QuerySet[ReturnPrediction]:
    return ReturnPrediction.objects.filter(cause=PredictionCause.AGREED, actual__isnull=False)
