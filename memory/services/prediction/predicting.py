"""Say what a collaboration may return, or why nothing can be said."""

from dataclasses import asdict
from datetime import datetime

import numpy as np
from django.db import transaction

from billing.models import Collaboration
from creators.models import User
from memory.enums import PredictionCause
from memory.errors import PredictionRefused
from memory.models import ReturnModel, ReturnPrediction
from memory.prediction.backtest import LEAST_EXAMPLES
from memory.prediction.model import read_model
from memory.queries.own_vectors import get_summary_vector
from memory.queries.predictions import count_outcomes, get_latest_model
from memory.queries.providers import get_discovery_space
from memory.queries.return_features import describe_collaboration
from memory.services.question_vectors import get_question_vector

SHOWN_EFFECTS = 6
NOT_FITTED = "No model was fitted yet on the outcomes that are known; one is fitted every night."


def predict_return(
    *, collaboration: Collaboration, fee_minor: int | None, acting_user: User, now: datetime
) -> ReturnPrediction:
    """Predict for a fee (the agreed one, or one that is considered) and keep what was said; a refusal is kept too.

    Raises:
        PredictionRefused: there is no fee to predict for, or the creator is gone.
    """
    fee = fee_minor or collaboration.fee_minor
    if not fee:
        raise PredictionRefused("Name a fee: none is agreed on yet.")
    return keep_prediction(
        collaboration=collaboration, fee_minor=fee, cause=PredictionCause.ASKED, acting_user=acting_user, now=now
    )


def keep_prediction(
    *, collaboration: Collaboration, fee_minor: int, cause: PredictionCause, acting_user: User | None, now: datetime
) -> ReturnPrediction:
    """Keep what is known of a collaboration now, and what the model in force says of it.

    Raises:
        PredictionRefused: the creator is gone.
    """
    if collaboration.creator_id is None:
        raise PredictionRefused("The creator is no longer here.")
    relevance = _compare(collaboration)
    known = describe_collaboration(collaboration=collaboration, fee_minor=fee_minor, relevance=relevance, now=now)
    model = get_latest_model()
    refusal = _find_refusal(model)
    said = {}
    if model is not None and not refusal:
        estimate = read_model(model.document).estimate(known.features)
        effects = [asdict(one) for one in estimate.effects[:SHOWN_EFFECTS]]
        said = {"multiple": estimate.multiple, "low": estimate.low, "high": estimate.high, "effects": effects}
    with transaction.atomic():
        return ReturnPrediction.objects.create(
            collaboration=collaboration,
            creator_id=collaboration.creator_id,
            cause=cause,
            requested_by=acting_user,
            features=dict(known.features),
            segments=known.segments,
            model=model,
            refusal=refusal,
            made_at=now,
            **said,
        )


def _compare(collaboration: Collaboration) -> float | None:
    """Return the cosine of the brief and of what brands may find the creator by."""
    stored = get_summary_vector(creator_id=collaboration.creator_id or 0)
    if stored is None:
        return None
    brief = f"{collaboration.campaign.title} {collaboration.campaign.objectives}"
    asked = get_question_vector(brief, space=get_discovery_space())
    return None if asked is None else float(np.dot(stored, asked))


def _find_refusal(model: ReturnModel | None) -> str:
    if model is not None:
        return model.refusal
    known = count_outcomes()
    if known < LEAST_EXAMPLES:
        return f"{known} outcomes are known of the {LEAST_EXAMPLES} that a prediction needs."
    return NOT_FITTED
