"""Disputes: nothing moves while one is open, and what is held is divided to the cent; ratings are blind at first."""

from datetime import timedelta

import pytest

from billing.campaign_enums import Side
from billing.campaign_errors import (
    AlreadyRated,
    MoveNotAllowed,
    MoveNotPossible,
    SplitDoesNotMatch,
)
from billing.models import Collaboration, Deliverable, Dispute, HeldRelease
from billing.queries.campaigns.moves import list_moves
from billing.queries.campaigns.parties import Actor
from billing.queries.campaigns.ratings import list_visible_ratings
from billing.services.campaigns.advancing import advance_campaigns
from billing.services.campaigns.closing import close_collaboration, rate_collaboration
from billing.services.campaigns.disputes import add_statement, open_dispute, resolve_dispute, withdraw_dispute
from billing.services.campaigns.offers import accept_offer
from billing.services.campaigns.production import approve_deliverable
from billing.services.campaigns.releasing import release_milestone
from creators.models import User
from tests.billing.campaigns.conftest import FEE, NOW, offer
from tests.billing.campaigns.running import LATER, bring_to_verified, check_ledger, pay, pay_out, sign_by_both
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(db) -> Actor:
    return Actor(side=Side.STAFF, user=User.objects.create(username="judge", is_staff=True))


@pytest.fixture
def verified(collaboration, campaign, buyer, maker) -> Collaboration:
    """Two milestones that wait for their release."""
    made = offer(collaboration, buyer, 70_000, 50_000)
    accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)
    sign_by_both(collaboration, buyer, maker)
    pay(campaign, FEE)
    bring_to_verified(Collaboration.objects.get(), buyer, maker)
    return Collaboration.objects.get()


def read_all():
    return (
        list(Collaboration.objects.values_list("state", "funded_minor")),
        list(Deliverable.objects.order_by("pk").values_list("state", flat=True)),
        check_ledger(),
        list(HeldRelease.objects.order_by("pk").values_list("state", flat=True)),
    )


def test_nothing_is_released_while_a_dispute_is_open(verified, buyer, maker):
    dispute = open_dispute(collaboration=verified, actor=buyer, text="The bread was not ours.", now=LATER)
    moves = list_moves(collaboration=Collaboration.objects.get(), actor=buyer, now=LATER)
    assert [(one.action, one.to, one.is_open) for one in moves] == [
        *(("resolve", "released", False), ("resolve", "refunded", False), ("withdraw", "verified", True)),
    ]
    before = read_all()
    first = Deliverable.objects.order_by("pk")[0]
    with pytest.raises(MoveNotPossible, match="The collaboration is disputed"):
        release_milestone(deliverable=first, actor=buyer, now=LATER)
    with pytest.raises(MoveNotPossible):
        approve_deliverable(deliverable=first, actor=buyer, now=LATER)
    with pytest.raises(MoveNotPossible):
        open_dispute(collaboration=verified, actor=maker, text="No.", now=LATER)
    assert advance_campaigns(now=LATER + timedelta(days=30)).done["released"] == 0
    assert read_all() == before
    add_statement(dispute=dispute, actor=maker, text="It was.", now=LATER)
    assert list(dispute.statements.order_by("pk").values_list("side", flat=True)) == ["brand", "creator"]


def test_staff_divide_what_is_held_to_the_cent(verified, buyer, maker, staff):
    first = Deliverable.objects.order_by("pk")[0]
    release_milestone(deliverable=first, actor=buyer, now=LATER)
    dispute = open_dispute(collaboration=verified, actor=maker, text="They do not answer.", now=LATER)
    for released, refunded in ((50_000, 1), (-1, 50_001), (0, 49_999), (60_000, -10_000)):
        with pytest.raises(SplitDoesNotMatch):
            resolve_dispute(
                dispute=dispute, actor=staff, released_minor=released, refunded_minor=refunded, reason="r", now=LATER
            )
    for actor in (buyer, maker):
        with pytest.raises(MoveNotAllowed):
            resolve_dispute(
                dispute=dispute, actor=actor, released_minor=0, refunded_minor=50_000, reason="r", now=LATER
            )
    resolve_dispute(
        dispute=dispute, actor=staff, released_minor=30_001, refunded_minor=19_999, reason="half done", now=LATER
    )
    states, deliverables, ledger, releases = read_all()
    assert (states, deliverables, releases) == (
        [("released", 0)],
        ["released", "cancelled"],
        ["released", "voided", "released"],
    )
    assert ledger == {
        "psp_clearing": -FEE, "creator_payable": 63_000 + 27_001, "platform_fee": 7_000 + 3_000,
        "brand_funding": 19_999,
    }  # fmt: skip
    entry = AuditEntry.objects.get(action="campaign.resolve")
    assert (entry.reason, entry.after["released_minor"]) == ("half done", 30_001)
    with pytest.raises(MoveNotPossible, match="resolved already"):
        resolve_dispute(dispute=dispute, actor=staff, released_minor=0, refunded_minor=0, reason="again", now=LATER)


def test_all_is_refunded_when_staff_say_so(verified, buyer, staff):
    dispute = open_dispute(collaboration=verified, actor=buyer, text="Never asked for.", now=LATER)
    resolve_dispute(
        dispute=dispute, actor=staff, released_minor=0, refunded_minor=FEE, reason="nothing usable", now=LATER
    )
    assert read_all()[0] == [("refunded", 0)]
    assert check_ledger() == {"psp_clearing": -FEE, "brand_funding": FEE}


def test_withdrawn_dispute_lets_all_go_on_with_the_days_it_rested(verified, buyer, maker):
    due = Deliverable.objects.order_by("pk")[0].release_due_at
    dispute = open_dispute(collaboration=verified, actor=buyer, text="Unsure.", now=LATER)
    with pytest.raises(MoveNotAllowed):
        withdraw_dispute(dispute=dispute, actor=maker, reason="mine now", now=LATER)
    rested = timedelta(days=9)
    withdraw_dispute(dispute=dispute, actor=buyer, reason="a mistake", now=LATER + rested)
    assert (Collaboration.objects.get().state, Dispute.objects.get().state) == ("verified", "withdrawn")
    assert Deliverable.objects.order_by("pk")[0].release_due_at == due + rested
    assert advance_campaigns(now=due + rested).done["released"] == 2


def test_ratings_are_blind_until_both_have_rated_or_two_weeks_have_passed(verified, buyer, maker):
    with pytest.raises(MoveNotPossible):
        rate_collaboration(collaboration=verified, actor=buyer, stars=5, now=LATER)
    advance_campaigns(now=LATER + timedelta(days=3))
    pay_out(verified.creator, minor=108_000)
    closed = close_collaboration(collaboration=verified, actor=buyer, now=LATER)
    rate_collaboration(collaboration=closed, actor=buyer, stars=2, now=LATER)
    with pytest.raises(AlreadyRated):
        rate_collaboration(collaboration=closed, actor=buyer, stars=5, now=LATER)
    seen = {side: len(list_visible_ratings(collaboration=closed, side=side, now=LATER)) for side in Side.values[:3]}
    assert seen == {"brand": 1, "creator": 0, "staff": 1}
    after = LATER + timedelta(days=14)
    assert len(list_visible_ratings(collaboration=closed, side="creator", now=after)) == 1
    with pytest.raises(MoveNotPossible):
        rate_collaboration(collaboration=closed, actor=maker, stars=1, now=after)


def test_dispute_needs_something_held(accepted, buyer):
    with pytest.raises(MoveNotPossible):
        open_dispute(collaboration=accepted, actor=buyer, text="x", now=NOW)
    assert Dispute.objects.count() == 0
