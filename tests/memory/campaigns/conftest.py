"""Campaigns brought along by their own services, and their events handed to memory."""

import pytest

from billing.models import CampaignEvent, Collaboration
from billing.services.campaigns.outcomes import report_outcome
from memory.services.formation import form_memories
from memory.subscriptions import _remember_campaign
from tests.billing.campaigns.conftest import accepted, brand, buyer, campaign, collaboration, maker
from tests.conftest import NOW

__all__ = ["accepted", "brand", "buyer", "campaign", "collaboration", "maker"]


@pytest.fixture
def remember(creator):
    """Hand every campaign event over, as delivery does, and form memories of what was recorded."""

    def hand_over() -> None:
        for pk in CampaignEvent.objects.order_by("pk").values_list("pk", flat=True):
            _remember_campaign(payload={"id": pk})
        keys = list(creator.interactions.values_list("pk", flat=True))
        form_memories(creator_id=creator.pk, interaction_ids=keys, now=NOW)

    return hand_over


@pytest.fixture
def reported(accepted, buyer) -> Collaboration:
    """A collaboration that was published and brought three times its fee."""
    Collaboration.objects.filter(pk=accepted.pk).update(state="published")
    report_outcome(collaboration=accepted, figures={"revenue_minor": 360_000, "views": 41_000}, actor=buyer, now=NOW)
    accepted.refresh_from_db()
    return accepted
