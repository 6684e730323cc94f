"""From acceptance to the close: money set aside, released milestone by milestone, every cent accounted for."""

from datetime import timedelta

import pytest

from billing.campaign_enums import Action
from billing.campaign_errors import GuardNotMet, InvalidTerms, MoveNotAllowed, MoveNotPossible, RevisionRoundsUsedUp
from billing.models import CampaignEvent, Collaboration, Deliverable, PublicationProof, Submission, UsageRight
from billing.queries.campaigns.usage_rights import list_usage_rights
from billing.services.campaigns.advancing import advance_campaigns
from billing.services.campaigns.campaigns import end_campaign, invite_creator
from billing.services.campaigns.cancelling import cancel_collaboration
from billing.services.campaigns.closing import close_collaboration, note_paid_out
from billing.services.campaigns.funding import ask_for_funding, compute_missing
from billing.services.campaigns.offers import accept_offer
from billing.services.campaigns.production import (
    approve_deliverable,
    request_changes,
    start_production,
    submit_deliverable,
)
from billing.services.campaigns.publishing import publish_deliverable, verify_publication
from billing.services.campaigns.refunding import refund_collaboration
from billing.services.campaigns.releasing import release_milestone
from billing.services.held_funds import get_held
from creators.models import ContentItem
from tests.billing.campaigns.conftest import FEE, NOW, make_creator, offer
from tests.billing.campaigns.running import (
    LATER,
    LINK,
    bring_to_verified,
    check_ledger,
    hand_in,
    pay,
    pay_out,
    publish_content,
    sign,
    sign_by_both,
)
from veri.platform.ops.models import Notification

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed(accepted, buyer, maker) -> Collaboration:
    sign_by_both(accepted, buyer, maker)
    return Collaboration.objects.get(pk=accepted.pk)


@pytest.fixture
def funded(signed, campaign) -> Collaboration:
    pay(campaign, FEE)
    return Collaboration.objects.get(pk=signed.pk)


def read(collaboration) -> Collaboration:
    return Collaboration.objects.get(pk=collaboration.pk)


def test_collaboration_runs_from_signature_to_close(collaboration, campaign, buyer, maker):
    made = offer(collaboration, buyer, 70_001, 49_999, usage_days=30, usage_channels=["organic"], usage_territory="EU")
    accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)
    sign_by_both(collaboration, buyer, maker)
    assert compute_missing(campaign=campaign) == FEE
    pay(campaign, FEE)
    assert (read(collaboration).state, check_ledger()) == ("funded", {"psp_clearing": -FEE, "held_funds": FEE})
    bring_to_verified(collaboration, buyer, maker)
    assert read(collaboration).state == "verified"
    first, _ = Deliverable.objects.order_by("position")
    release_milestone(deliverable=first, actor=buyer, now=LATER)
    assert (read(collaboration).state, read(collaboration).funded_minor) == ("verified", 49_999)
    release_milestone(deliverable=first, actor=buyer, now=LATER)
    assert check_ledger() == {
        "psp_clearing": -FEE, "held_funds": 49_999, "creator_payable": 63_001, "platform_fee": 7_000,
    }  # fmt: skip
    assert advance_campaigns(now=LATER + timedelta(days=2)).done["released"] == 0
    assert advance_campaigns(now=LATER + timedelta(days=3)).done["released"] == 1
    stored = read(collaboration)
    assert (stored.state, stored.funded_minor, get_held(campaign.pk).minor) == ("released", 0, 0)
    assert check_ledger() == {"psp_clearing": -FEE, "creator_payable": 108_000, "platform_fee": 12_000}
    assert note_paid_out(payout_id=1, creator_id=stored.creator_id, campaign_ids=[campaign.pk], now=LATER) == 0
    pay_out(stored.creator, minor=108_000)
    assert (read(stored).state, check_ledger()) == ("paid", {"psp_clearing": -12_000, "platform_fee": 12_000})
    close_collaboration(collaboration=stored, actor=maker, now=LATER)
    states = CampaignEvent.objects.filter(collaboration=collaboration).order_by("pk").values_list("state_to", flat=True)
    assert list(dict.fromkeys(states)) == [
        *("briefed", "offered", "accepted", "contract_sent", "signed", "funded", "in_production", "submitted"),
        *("approved", "published", "verified", "released", "paid", "closed"),
    ]
    rights = UsageRight.objects.order_by("pk").values_list("channels", "territory", "starts_on", "ends_on")
    held = list_usage_rights(acting_user=buyer.user, on=NOW.date() + timedelta(days=29), channel="organic")
    assert held.count() == 2
    assert list_usage_rights(acting_user=maker.user, on=NOW.date() + timedelta(days=30)).count() == 0
    assert next(iter(rights)) == (["organic"], "EU", NOW.date(), NOW.date() + timedelta(days=30))


def test_no_production_before_it_is_signed_and_funded(accepted, buyer, maker, campaign):
    with pytest.raises(MoveNotPossible):
        start_production(collaboration=accepted, actor=maker, now=NOW)
    sign_by_both(accepted, buyer, maker)
    with pytest.raises(MoveNotPossible):
        start_production(collaboration=accepted, actor=maker, now=NOW)
    deliverable = Deliverable.objects.get()
    with pytest.raises(MoveNotPossible, match="The collaboration is signed"):
        submit_deliverable(deliverable=deliverable, actor=maker, url="https://x.example", now=NOW)
    assert Submission.objects.count() == 0


def test_paid_too_little_holds_without_moving_and_the_rest_moves_it(signed, campaign, buyer):
    pay(campaign, FEE - 1, key="p1")
    assert (read(signed).state, compute_missing(campaign=campaign)) == ("signed", 1)
    asked = ask_for_funding(campaign=campaign, actor=buyer, now=LATER)
    again = ask_for_funding(campaign=campaign, actor=buyer, now=LATER)
    assert (asked.amount_minor, asked.pk) == (1, again.pk)
    pay(campaign, 1, key="p2")
    assert (read(signed).state, read(signed).funded_minor) == ("funded", FEE)
    with pytest.raises(MoveNotPossible, match="Nothing is missing"):
        ask_for_funding(campaign=campaign, actor=buyer, now=LATER)


def test_one_payment_funds_several_collaborations_and_never_more_than_is_held(signed, campaign, buyer):
    other = invite_creator(campaign=campaign, creator=make_creator("pixelforge"), actor=buyer, now=NOW)
    from billing.campaign_enums import Side
    from billing.queries.campaigns.parties import Actor

    second = Actor(side=Side.CREATOR, user=other.creator.owner)
    made = offer(other, buyer, 80_000)
    accept_offer(collaboration=other, number=made.number, actor=second, now=NOW)
    sign_by_both(other, buyer, second)
    pay(campaign, FEE + 79_999)
    assert [read(one).funded_minor for one in (signed, other)] == [FEE, 0]
    pay(campaign, 1, key="p2")
    assert [read(one).state for one in (signed, other)] == ["funded", "funded"]


def test_rounds_of_changes_are_as_agreed_and_review_ends_by_itself(funded, buyer, maker):
    start_production(collaboration=funded, actor=maker, now=LATER)
    deliverable = Deliverable.objects.get()
    first = submit_deliverable(deliverable=deliverable, actor=maker, url="https://x.example/1", now=LATER)
    again = submit_deliverable(deliverable=deliverable, actor=maker, url="https://x.example/1", now=LATER)
    assert (first.pk, read(funded).state) == (again.pk, "submitted")
    with pytest.raises(MoveNotAllowed):
        approve_deliverable(deliverable=deliverable, actor=maker, now=LATER)
    request_changes(deliverable=deliverable, actor=buyer, notes="Brighter, please.", now=LATER)
    assert read(funded).state == "changes_requested"
    submit_deliverable(deliverable=deliverable, actor=maker, url="https://x.example/2", now=LATER)
    with pytest.raises(RevisionRoundsUsedUp):
        request_changes(deliverable=deliverable, actor=buyer, notes="Again.", now=LATER)
    due = Deliverable.objects.get().review_due_at
    assert due.isoformat() == "2026-11-07T00:00:00+00:00"  # five local days, and the day of the submission
    assert advance_campaigns(now=due - timedelta(seconds=1)).done["approved"] == 0
    assert [advance_campaigns(now=due).done["approved"] for _ in range(2)] == [1, 0]
    decided = Submission.objects.order_by("version").values_list("decision", "is_automatic", "notes")
    assert list(decided) == [("changes", False, "Brighter, please."), ("approved", True, "")]
    assert CampaignEvent.objects.latest("pk").side == "clock"


def test_publication_is_verified_by_platform_data_and_disclosure_alone(funded, buyer, maker, creator):
    start_production(collaboration=funded, actor=maker, now=LATER)
    deliverable = Deliverable.objects.get()
    hand_in(deliverable, maker, buyer)
    publish_deliverable(deliverable=deliverable, actor=maker, url=LINK.format(1), now=LATER)
    assert verify_publication(deliverable=deliverable, actor=buyer, now=LATER).failures == [
        "The platform has not told us of this publication on the creator's account yet."
    ]
    item = publish_content(creator, title="My bread adventure #adventure")
    assert advance_campaigns(now=LATER + timedelta(hours=1)).done["verified"] == 0
    ContentItem.objects.filter(pk=item.pk).update(description="Publi: em parceria paga com a Ovenly")
    assert advance_campaigns(now=LATER + timedelta(hours=2)).done["verified"] == 1
    proofs = PublicationProof.objects.order_by("pk").values_list("is_verified", "failures", "figures", "disclosures")
    assert list(proofs)[1:] == [
        (False, ["Nothing in its text says that it is advertising."], {"views": 900}, []),
        (True, [], {"views": 900}, ["parceria paga"]),
    ]
    assert read(funded).state == "verified"
    with pytest.raises(MoveNotAllowed):
        release_milestone(deliverable=deliverable, actor=maker, now=LATER)


def test_funded_collaboration_is_refunded_before_the_work_and_not_after(funded, campaign, buyer, maker):
    with pytest.raises(MoveNotAllowed):
        refund_collaboration(collaboration=funded, actor=maker, reason="no", now=LATER)
    with pytest.raises(MoveNotPossible):
        cancel_collaboration(collaboration=funded, actor=buyer, reason="no", now=LATER)
    refund_collaboration(collaboration=funded, actor=buyer, reason="product recalled", now=LATER)
    assert (read(funded).state, read(funded).funded_minor) == ("refunded", 0)
    assert check_ledger() == {"psp_clearing": -FEE, "brand_funding": FEE}
    with pytest.raises(MoveNotPossible):
        start_production(collaboration=funded, actor=maker, now=LATER)


def test_campaign_ends_only_with_its_work_and_returns_what_nobody_needs(signed, campaign, buyer, maker):
    pay(campaign, FEE + 5_000)
    for action in (Action.CLOSE, Action.CANCEL):
        with pytest.raises(GuardNotMet, match="1 collaborations are under way"):
            end_campaign(campaign=campaign, action=action, actor=buyer, reason="over", now=LATER)
    assert check_ledger() == {"psp_clearing": -FEE - 5_000, "held_funds": FEE + 5_000}
    refund_collaboration(collaboration=signed, actor=buyer, reason="product recalled", now=LATER)
    ended = end_campaign(campaign=campaign, action=Action.CANCEL, actor=buyer, reason="over", now=LATER)
    assert (ended.state, check_ledger()) == (
        *("cancelled", {"psp_clearing": -FEE - 5_000, "brand_funding": FEE + 5_000}),
    )
    with pytest.raises(MoveNotPossible):
        end_campaign(campaign=campaign, action=Action.CANCEL, actor=buyer, reason="over", now=LATER)
    with pytest.raises(MoveNotPossible):
        ask_for_funding(campaign=campaign, actor=buyer, now=LATER, amount_minor=100)


def test_late_deliverable_and_reminders_are_told_once(funded, buyer, maker):
    start_production(collaboration=funded, actor=maker, now=LATER)
    due = Deliverable.objects.get().due_at
    assert due.isoformat() == "2026-12-01T00:00:00+00:00"
    assert advance_campaigns(now=due - timedelta(seconds=1)).done["late"] == 0
    assert [advance_campaigns(now=due).done["late"] for _ in range(2)] == [1, 0]
    assert CampaignEvent.objects.filter(action=Action.LATE).count() == 1
    mails = Notification.objects.filter(recipient="buyer@ovenly.example", subject__contains="is overdue")
    assert mails.count() == 1


def test_terms_changed_after_funding_need_new_signatures_and_keep_the_fee(collaboration, campaign, buyer, maker):
    made = offer(collaboration, buyer, 70_000, 50_000)
    accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)
    sign_by_both(collaboration, buyer, maker)
    pay(campaign, FEE)
    start_production(collaboration=read(collaboration), actor=maker, now=LATER)
    first, second = Deliverable.objects.order_by("position")
    submit_deliverable(deliverable=first, actor=maker, url="https://x.example/1", now=LATER)
    with pytest.raises(InvalidTerms, match="held already"):
        offer(collaboration, maker, FEE + 1)
    made = offer(collaboration, maker, FEE, revision_rounds=3)  # one video instead of two
    moved = accept_offer(collaboration=collaboration, number=made.number, actor=buyer, now=LATER)
    assert (moved.state, moved.contract.versions.count(), moved.funded_minor) == ("contract_sent", 2, FEE)
    with pytest.raises(MoveNotPossible):
        start_production(collaboration=moved, actor=maker, now=LATER)
    sign(moved.contract, maker)
    sign(moved.contract, buyer)
    stored = read(collaboration)
    assert (stored.state, stored.revision_rounds, stored.funded_minor) == ("funded", 3, FEE)
    shares = Deliverable.objects.order_by("position").values_list("state", "share_minor")
    assert (list(shares), Submission.objects.get().decision) == ([("planned", FEE)], "changes")
    start_production(collaboration=stored, actor=maker, now=LATER)
    hand_in(first, maker, buyer)
    assert (read(collaboration).state, Deliverable.objects.filter(pk=second.pk).exists()) == ("approved", False)
