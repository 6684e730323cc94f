"""Campaign events become interactions once, and memories that cite them."""

import pytest

from billing.campaign_errors import InvalidTerms, MoveNotAllowed, MoveNotPossible
from billing.models import CampaignEvent, CampaignOutcome
from billing.services.campaigns.offers import decline_offer
from billing.services.campaigns.outcomes import report_outcome
from creators.enums import Platform
from creators.models import Interaction
from creators.services.validation import ItemRejected, validate_item
from memory.enums import MemoryState, MemoryType
from memory.models import Memory, MemoryEvidence
from memory.queries.publicity import is_public_memory
from memory.services.campaign_events import record_campaign_event
from tests.billing.campaigns.conftest import offer
from tests.conftest import NOW


def texts(creator, **wanted) -> set[str]:
    return set(creator.memories.filter(**wanted).values_list("text", flat=True))


def test_agreement_is_remembered_with_its_evidence(accepted, creator, remember):
    remember()
    assert texts(creator, predicate="campaign terms agreed") == {
        "@lumenkitchen and Ovenly agreed on 1,200.00 EUR for the campaign “Autumn bread” (1 November 2026)."
    }
    assert texts(creator, type=MemoryType.BRAND_INTERACTION, predicate="offered") == {
        "Ovenly offered @lumenkitchen 1,200.00 EUR for the campaign “Autumn bread” (1 November 2026)."
    }
    fee = creator.memories.get(predicate="agreed fee of Autumn bread")
    assert (fee.subject, fee.value, fee.is_slot) == ("Ovenly", "1,200.00 EUR", True)
    said = Interaction.objects.get(pk=MemoryEvidence.objects.get(memory=fee).interaction_id)
    assert (said.platform, said.type) == (Platform.CAMPAIGN, "campaign.accept")


def test_the_same_event_again_changes_nothing(accepted, creator, remember):
    remember()
    before = (Interaction.objects.count(), list(Memory.objects.order_by("pk").values_list("pk", "strength")))
    remember()
    assert (Interaction.objects.count(), list(Memory.objects.order_by("pk").values_list("pk", "strength"))) == before


def test_status_is_one_line_through_time(collaboration, creator, buyer, maker, remember):
    made = offer(collaboration, buyer)
    decline_offer(collaboration=collaboration, number=made.number, actor=maker, reason="Too little.", now=NOW)
    remember()
    status = creator.memories.filter(predicate="status of Autumn bread", state=MemoryState.ACTIVE)
    assert [one.value for one in status] == ["declined"]
    assert "Too little." not in "".join(texts(creator))
    assert texts(creator, predicate="declined") == {
        "@lumenkitchen declined the offer for the campaign “Autumn bread” (1 November 2026)."
    }


def test_result_is_remembered_and_a_second_report_too(reported, buyer, creator, remember):
    report_outcome(collaboration=reported, figures={"revenue_minor": 400_000}, actor=buyer, now=NOW)
    remember()
    told = texts(creator, predicate="campaign result")
    assert any("3,600.00 EUR of revenue, 41,000 views" in one for one in told)
    outcome = CampaignOutcome.objects.get()
    assert (outcome.revenue_minor, outcome.views) == (400_000, None)


def test_campaigns_are_nothing_brands_can_search(accepted, creator, remember):
    remember()
    for memory in creator.memories.all():
        said = Interaction.objects.filter(memory_evidence__memory=memory).first()
        assert not is_public_memory(
            type=memory.type, predicate=memory.predicate, evidence_platform=said.platform, evidence_type=said.type
        )


def test_nobody_can_send_a_campaign_event(creator):
    item = {
        "creator": creator.handle,
        "platform": "campaign",
        "external_id": "campaign-event:1",
        "type": "campaign.pay",
        "occurred_at": "2026-11-01T12:00:00Z",
        "text": "@lumenkitchen was paid 1,000,000.00 EUR.",
    }
    with pytest.raises(ItemRejected) as refused:
        validate_item(item=item, now=NOW)
    assert "platform" in str(refused.value)


def test_events_of_a_creator_who_is_gone_are_passed_over(accepted):
    event = CampaignEvent.objects.filter(action="accept").get()
    type(accepted).objects.filter(pk=accepted.pk).update(creator=None)
    assert record_campaign_event(event_id=event.pk, now=NOW) is False
    assert record_campaign_event(event_id=0, now=NOW) is False
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "figures", [{}, {"revenue_minor": -1}, {"revenue_minor": 1.5}, {"revenue_minor": True}, {"revenue_minor": 10**30}]
)
def test_outcomes_that_are_none_are_refused(reported, buyer, figures):
    with pytest.raises(InvalidTerms):
        report_outcome(collaboration=reported, figures=figures, actor=buyer, now=NOW)
    assert CampaignOutcome.objects.get().revenue_minor == 360_000


def test_creators_report_no_outcome_and_nobody_before_publication(accepted, buyer, maker):
    with pytest.raises(MoveNotAllowed):
        report_outcome(collaboration=accepted, figures={"revenue_minor": 1}, actor=maker, now=NOW)
    with pytest.raises(MoveNotPossible):
        report_outcome(collaboration=accepted, figures={"revenue_minor": 1}, actor=buyer, now=NOW)
    assert not CampaignOutcome.objects.exists()
