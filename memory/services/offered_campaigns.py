"""Campaigns a creator was made an offer for, the best for him first, and why.

Only these: a brief is the brand's own until it invites somebody. Components are 0 to 1, what is not known is 0.4.
"""

from datetime import datetime
from typing import Any

import numpy as np

from billing.campaign_enums import OfferState, Side
from billing.models import Offer
from creators.models import Creator
from memory.queries.own_vectors import get_summary_vector
from memory.queries.providers import get_discovery_space
from memory.queries.track_records import UNKNOWN, find_brand_records, find_usual_fee
from memory.services.question_vectors import get_question_vector

WEIGHTS = {"relevance": 0.4, "fee": 0.3, "brand": 0.3}


def list_offered_campaigns(*, creator: Creator, limit: int, now: datetime) -> list[dict[str, Any]]:
    """Return open offers, weighed by how near the brief is to his work, by the fee, and by the brand's record."""
    offers = list(
        Offer.objects.filter(
            collaboration__creator=creator, state=OfferState.OPEN, side=Side.BRAND, expires_at__gt=now
        ).select_related("collaboration__campaign__brand")
    )
    records = find_brand_records(brand_ids=[one.collaboration.campaign.brand_id for one in offers])
    items = [_describe(offer, creator, records) for offer in offers]
    return sorted(items, key=lambda item: (-item["score"], item["collaboration_id"]))[:limit]


def _describe(offer: Offer, creator: Creator, records: dict[int, float]) -> dict[str, Any]:
    campaign = offer.collaboration.campaign
    usual = find_usual_fee(creator_id=creator.pk, currency=offer.currency)
    why = {
        "relevance": _compare(creator, f"{campaign.title} {campaign.objectives}"),
        "fee": UNKNOWN if usual is None else offer.amount_minor / (offer.amount_minor + usual),
        "brand": records.get(campaign.brand_id, UNKNOWN),
    }
    return {
        "collaboration_id": str(offer.collaboration_id),
        "campaign": campaign.title,
        "brand": campaign.brand.name,
        "fee_minor": offer.amount_minor,
        "currency": offer.currency,
        "why": {name: round(WEIGHTS[name] * value, 6) for name, value in why.items()},
        "score": round(sum(WEIGHTS[name] * value for name, value in why.items()), 6),
    }


def _compare(creator: Creator, brief: str) -> float:
    stored = get_summary_vector(creator_id=creator.pk)
    asked = None if stored is None else get_question_vector(brief, space=get_discovery_space())
    return UNKNOWN if stored is None or asked is None else max(0.0, float(np.dot(stored, asked)))
