"""Follow campaigns: keep what was known when terms were agreed, and what came in the end."""

from datetime import datetime

from django.db import transaction

from billing.campaign_enums import Action
from billing.models import CampaignEvent
from memory.enums import PredictionCause
from memory.models import ReturnPrediction
from memory.services.prediction.predicting import keep_prediction


def follow_campaign(*, event_id: int, now: datetime) -> None:
    """Predict once terms are agreed, and note the outcome once it is reported; the same event twice changes nothing."""
    event = (
        CampaignEvent.objects.select_related(
            "collaboration__campaign__brand", "collaboration__accepted_offer", "collaboration__outcome"
        )
        .filter(pk=event_id)
        .first()
    )
    if event is None or event.collaboration is None:
        return
    if event.action == Action.ACCEPT:
        _keep_agreed(event, now)
    elif event.action == Action.REPORT:
        _note_actual(event)


@transaction.atomic(durable=True)
def _keep_agreed(event: CampaignEvent, now: datetime) -> None:
    part = event.collaboration
    if part is None or part.creator_id is None or not part.fee_minor:
        return
    held = ReturnPrediction.objects.filter(collaboration=part, cause=PredictionCause.AGREED)
    if not held.exists():
        keep_prediction(
            collaboration=part,
            fee_minor=part.fee_minor,
            cause=PredictionCause.AGREED,
            acting_user=event.actor,
            now=now,
        )


@transaction.atomic(durable=True)
def _note_actual(event: CampaignEvent) -> None:
    part = event.collaboration
    outcome = getattr(part, "outcome", None)
    if part is None or outcome is None or not part.fee_minor:
        return
    ReturnPrediction.objects.filter(collaboration=part).update(
        actual=outcome.revenue_minor / part.fee_minor, known_at=outcome.first_reported_at
    )
