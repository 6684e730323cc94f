"""What follows when terms are agreed: they become the collaboration's, and its deliverables are planned."""

from datetime import datetime
from typing import Any

from django.conf import settings

from billing.campaign_enums import DeliverableState, OfferState, SubmissionDecision
from billing.campaign_fees import compute_platform_fee
from billing.campaign_terms import Terms, check_terms, compute_end_of_day
from billing.models import Collaboration, Deliverable, Offer, Submission
from billing.money import Money

_BEGINNING: dict[str, Any] = {
    "state": DeliverableState.PLANNED,
    "late_noted_at": None,
    "review_due_at": None,
    "next_check_at": None,
}


def apply_terms(*, collaboration: Collaboration, offer: Offer, now: datetime) -> None:
    """Put an accepted offer in force inside the caller's transaction.

    Deliverables are planned anew: terms can only change while none was verified. What was handed in by then stays
    readable, and is handed in again under the new terms.
    """
    fee = Money(minor=offer.amount_minor, currency=offer.currency)
    terms = check_terms(document=offer.terms, amount=fee)
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.ACCEPTED, decided_at=now)
    changes = {
        "accepted_offer": offer,
        "fee_minor": fee.minor,
        "platform_fee_minor": compute_platform_fee(
            fee_minor=fee.minor, basis_points=settings.PLATFORM_FEE_BASIS_POINTS
        ),
        "revision_rounds": terms.revision_rounds,
        "review_days": terms.review_days,
        "release_days": terms.release_days,
    }
    Collaboration.objects.filter(pk=collaboration.pk).update(**changes)
    for name, value in changes.items():
        setattr(collaboration, name, value)
    waiting = Submission.objects.filter(deliverable__collaboration=collaboration, decision=SubmissionDecision.WAITING)
    waiting.update(decision=SubmissionDecision.CHANGES, decided_at=now, notes="The terms were changed.")
    _plan(collaboration, terms)


def _plan(collaboration: Collaboration, terms: Terms) -> None:
    zone = collaboration.campaign.timezone
    for position, one in enumerate(terms.deliverables, start=1):
        planned = {
            "title": one.title,
            "platform": one.platform,
            "format": one.format,
            "due_on": one.due_on,
            "due_at": compute_end_of_day(day=one.due_on, zone=zone),
            "share_minor": one.share_minor,
            **_BEGINNING,
        }
        Deliverable.objects.update_or_create(collaboration=collaboration, position=position, defaults=planned)
    surplus = Deliverable.objects.filter(collaboration=collaboration, position__gt=len(terms.deliverables))
    surplus.filter(submissions__isnull=True, proofs__isnull=True).delete()
    surplus.update(state=DeliverableState.CANCELLED, share_minor=0)
