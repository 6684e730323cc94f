"""What comes twice at the same instant happens once, and nobody signs away what another just bound."""

import pytest

from billing.campaign_enums import Action, Side
from billing.campaign_errors import GuardNotMet
from billing.models import CampaignEvent, Collaboration, Contract, Deliverable, Submission
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.advancing import advance_campaigns
from billing.services.campaigns.campaigns import brief_campaign, create_campaign, invite_creator
from billing.services.campaigns.funding import settle_funding
from billing.services.campaigns.offers import accept_offer
from billing.services.campaigns.production import approve_deliverable, start_production, submit_deliverable
from billing.services.campaigns.releasing import release_milestone
from billing.services.contracts.sending import send_contract
from billing.services.contracts.signing import view_contract
from creators.models import Brand, BrandMember, Exclusivity, User
from tests.billing.campaigns.conftest import BRIEF, FEE, NOW, offer
from tests.billing.campaigns.running import (
    HERE,
    LATER,
    bring_to_verified,
    check_ledger,
    pay,
    sign,
    sign_by_both,
)
from tests.billing.test_concurrency import run_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def funded(accepted, campaign, buyer, maker) -> Collaboration:
    sign_by_both(accepted, buyer, maker)
    pay(campaign, FEE)
    return Collaboration.objects.get()


def count(action) -> int:
    return CampaignEvent.objects.filter(action=action).count()


def test_two_approvers_and_the_clock_approve_once(funded, buyer, maker):
    start_production(collaboration=funded, actor=maker, now=LATER)
    made = Deliverable.objects.get()
    submit_deliverable(deliverable=made, actor=maker, url="https://x.example/1", now=LATER)
    due = Deliverable.objects.get().review_due_at
    acts = [lambda: approve_deliverable(deliverable=made, actor=buyer, now=due)] * 2
    acts += [lambda: advance_campaigns(now=due)] * 2
    outcomes = run_at_once(4, lambda number: acts[number]())
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert (count(Action.APPROVE), Submission.objects.get().decision) == (1, "approved")


def test_released_by_many_at_once_is_paid_once(funded, buyer, maker):
    bring_to_verified(funded, buyer, maker)
    made = Deliverable.objects.get()
    due = made.release_due_at
    acts = [lambda: release_milestone(deliverable=made, actor=buyer, now=due)] * 2
    acts += [lambda: advance_campaigns(now=due)] * 2
    outcomes = run_at_once(4, lambda number: acts[number]())
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert check_ledger() == {"psp_clearing": -FEE, "creator_payable": 108_000, "platform_fee": 12_000}
    assert (Collaboration.objects.get().funded_minor, count(Action.RELEASE)) == (0, 1)


def test_payment_told_many_times_at_once_funds_once(accepted, campaign, buyer, maker):
    sign_by_both(accepted, buyer, maker)
    pay(campaign, FEE - 1)
    pay(campaign, 1, key="p2")
    run_at_once(4, lambda _number: settle_funding(campaign_id=campaign.pk, now=LATER))
    assert (Collaboration.objects.get().state, count(Action.FUND)) == ("funded", 1)


def test_of_two_exclusive_signatures_at_once_one_binds(creator, campaign, brand, buyer, maker):
    rival = Brand.objects.create(name="Rye", slug="rye", created_at=NOW, updated_at=NOW)
    user = User.objects.create_user("rye-buyer")
    BrandMember.objects.create(brand=rival, user=user, role="owner", added_at=NOW)
    other = Actor(side=Side.BRAND, user=user)
    theirs = create_campaign(brand=rival, actor=other, now=NOW, **BRIEF)
    brief_campaign(campaign=theirs, actor=other, now=NOW)
    contracts = []
    for one, actor in ((campaign, buyer), (theirs, other)):
        part = invite_creator(campaign=one, creator=creator, actor=actor, now=NOW)
        made = offer(part, actor, exclusivity_category="food", exclusivity_days=30)
        accept_offer(collaboration=part, number=made.number, actor=maker, now=NOW)
        send_contract(collaboration=part, actor=actor, now=NOW)
        contract = Contract.objects.get(collaboration=part)
        sign(contract, actor)
        view_contract(contract=contract, actor=maker, circumstances=HERE, now=NOW)
        contracts.append(contract)
    outcomes = run_at_once(2, lambda number: sign(contracts[number], maker))
    assert sorted(type(one).__name__ for one in outcomes) == ["GuardNotMet", "Signature"]
    assert sorted(Collaboration.objects.values_list("state", flat=True)) == ["contract_sent", "signed"]
    assert Exclusivity.objects.count() == 1
    (refused,) = (one for one in outcomes if isinstance(one, GuardNotMet))
    assert "bound to another brand in food" in str(refused)
