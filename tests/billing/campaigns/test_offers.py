"""Offers, counter-offers and answers: one open offer, answered by its number, within the budget."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from billing.campaign_enums import Action, Side
from billing.campaign_errors import (
    AlreadyInvited,
    GuardNotMet,
    InvalidTerms,
    MoveNotAllowed,
    MoveNotPossible,
    OfferOutdated,
)
from billing.models import CampaignEvent, Collaboration, Deliverable, Offer
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.campaigns import invite_creator
from billing.services.campaigns.offers import accept_offer, decline_offer, expire_offer, make_offer
from creators.models import BrandMember, Exclusivity
from tests.billing.campaigns.conftest import FEE, NOW, make_creator, offer, plan
from veri.platform.events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def get_state(collaboration):
    stored = Collaboration.objects.get(pk=collaboration.pk)
    return stored.state, stored.epoch, Offer.objects.count(), CampaignEvent.objects.count()


def test_offer_is_countered_and_the_latest_accepted(collaboration, buyer, maker):
    first = offer(collaboration, buyer)
    second = offer(collaboration, maker, 90_000, 60_000, answers=first.number)
    moved = accept_offer(collaboration=collaboration, number=second.number, actor=buyer, now=NOW)
    assert (moved.state, moved.fee_minor, moved.revision_rounds) == ("accepted", 150_000, 1)
    assert list(Offer.objects.order_by("number").values_list("side", "state")) == [
        ("brand", "countered"),
        ("creator", "accepted"),
    ]
    shares = Deliverable.objects.order_by("position").values_list("share_minor", "due_at__hour", "due_at__day")
    assert list(shares) == [(90_000, 0, 1), (60_000, 0, 1)]  # 30 November ends in Lisbon
    moves = CampaignEvent.objects.filter(collaboration=collaboration).order_by("pk")
    assert list(moves.values_list("action", "state_from", "state_to", "side")) == [
        ("invite", "", "briefed", "brand"),
        ("offer", "briefed", "offered", "brand"),
        ("counter", "offered", "countered", "creator"),
        ("accept", "countered", "accepted", "brand"),
    ]
    told = [one.payload for one in Event.objects.filter(name="campaign.moved").order_by("pk")][-1]
    assert told == {
        "id": CampaignEvent.objects.latest("pk").pk,
        "campaign": collaboration.campaign_id, "collaboration": collaboration.pk, "event": "accept",
        "creator_id": collaboration.creator_id, "from": "countered", "to": "accepted",
    }  # fmt: skip


def test_outdated_offer_cannot_be_accepted_and_a_second_click_changes_nothing(collaboration, buyer, maker):
    first = offer(collaboration, buyer)
    second = offer(collaboration, maker, 130_000, answers=first.number)
    before = get_state(collaboration)
    with pytest.raises(OfferOutdated):
        accept_offer(collaboration=collaboration, number=first.number, actor=buyer, now=NOW)
    with pytest.raises(OfferOutdated):
        offer(collaboration, buyer, answers=first.number)
    with pytest.raises(MoveNotAllowed):
        accept_offer(collaboration=collaboration, number=second.number, actor=maker, now=NOW)
    assert get_state(collaboration) == before
    accept_offer(collaboration=collaboration, number=second.number, actor=buyer, now=NOW)
    after = get_state(collaboration)
    accept_offer(collaboration=collaboration, number=second.number, actor=buyer, now=NOW)
    assert get_state(collaboration) == after


@pytest.mark.parametrize(
    ("amount", "currency", "field"),
    [
        (-5, "EUR", "amount_minor"),
        (0, "EUR", "amount_minor"),
        (10**13, "EUR", "amount_minor"),
        (12.5, "EUR", "amount_minor"),
        (True, "EUR", "amount_minor"),
        (FEE, "USD", "currency"),
        (FEE, "XXX", "amount_minor"),
        (FEE + 1, "EUR", "deliverables"),
    ],
)
def test_amount_that_is_none_is_refused(collaboration, buyer, amount, currency, field):
    before = get_state(collaboration)
    with pytest.raises(InvalidTerms) as refusal:
        make_offer(
            collaboration=collaboration, actor=buyer, amount_minor=amount, currency=currency, terms=plan(FEE), now=NOW
        )
    assert list(refusal.value.problems) == [field]
    assert get_state(collaboration) == before


def test_terms_are_refused_by_the_path_of_each_problem(collaboration, buyer):
    terms = {**plan(FEE), "usage_days": 3, "surprise": 1}
    terms["deliverables"][0] |= {"platform": "fax", "due_on": "2026-02-30", "share_minor": 1.5}
    with pytest.raises(InvalidTerms) as refusal:
        make_offer(collaboration=collaboration, actor=buyer, amount_minor=FEE, currency="EUR", terms=terms, now=NOW)
    assert sorted(refusal.value.problems) == [
        "deliverables/0/due_on",
        "deliverables/0/platform",
        "deliverables/0/share_minor",
        "surprise",
    ]


def test_offers_beyond_the_budget_are_refused_others_counted(campaign, collaboration, buyer, maker):
    other = invite_creator(campaign=campaign, creator=make_creator("pixelforge"), actor=buyer, now=NOW)
    offer(collaboration, buyer, 400_000)
    with pytest.raises(GuardNotMet, match=r"budget has 1,000\.00 EUR left"):
        offer(other, buyer, 100_001)
    assert offer(other, buyer, 100_000).number == 1


def test_creator_bound_to_another_brand_cannot_accept(collaboration, buyer, maker, creator):
    rival = type(collaboration.campaign.brand).objects.create(name="Rye", slug="rye", created_at=NOW, updated_at=NOW)
    Exclusivity.objects.create(
        creator=creator, brand=rival, category="food", starts_on="2026-11-20", ends_on="2026-12-20", created_at=NOW
    )
    made = offer(collaboration, buyer)
    with pytest.raises(GuardNotMet, match="bound to another brand in food until 2026-12-20"):
        accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)
    assert get_state(collaboration)[0] == "offered"


def test_offer_lapses_at_its_hour_and_not_before(collaboration, buyer, maker):
    made = offer(collaboration, buyer)
    assert not expire_offer(collaboration=collaboration, now=made.expires_at - timedelta(seconds=1))
    with pytest.raises(GuardNotMet):
        accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=made.expires_at)
    assert expire_offer(collaboration=collaboration, now=made.expires_at)
    assert not expire_offer(collaboration=collaboration, now=made.expires_at)
    assert get_state(collaboration)[0] == "expired"
    with pytest.raises(MoveNotPossible):
        offer(collaboration, buyer)


def test_declined_offer_ends_it_and_is_the_other_sides_to_decline(collaboration, buyer, maker):
    made = offer(collaboration, buyer)
    with pytest.raises(MoveNotAllowed):
        decline_offer(collaboration=collaboration, number=made.number, actor=buyer, reason="", now=NOW)
    decline_offer(collaboration=collaboration, number=made.number, actor=maker, reason="no time", now=NOW)
    assert get_state(collaboration)[0] == "declined"
    assert CampaignEvent.objects.latest("pk").reason == "no time"


def test_nobody_is_invited_twice_or_by_himself(campaign, collaboration, creator, buyer, brand):
    with pytest.raises(AlreadyInvited):
        invite_creator(campaign=campaign, creator=creator, actor=buyer, now=NOW)
    own = make_creator("insider")
    BrandMember.objects.create(brand=brand, user=own.owner, role="member", added_at=NOW)
    with pytest.raises(MoveNotAllowed):
        invite_creator(campaign=campaign, creator=own, actor=buyer, now=NOW)
    assert Collaboration.objects.count() == 1


def test_two_answers_at_once_make_one_move(collaboration, buyer, maker):
    made = offer(collaboration, buyer)
    outcomes = []

    def answer(work, **given):
        try:
            outcomes.append(work(collaboration=collaboration, number=made.number, actor=maker, now=NOW, **given).state)
        except (OfferOutdated, MoveNotPossible) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=answer, args=(accept_offer,)), Thread(target=answer, args=(decline_offer,),
               kwargs={"reason": "no"})]  # fmt: skip
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    state = get_state(collaboration)[0]
    assert state in ("accepted", "declined")
    assert sorted(outcomes) == sorted([state, "OfferOutdated"])
    assert CampaignEvent.objects.filter(action__in=[Action.ACCEPT, Action.DECLINE]).count() == 1


def test_events_are_append_only(collaboration, buyer):
    from django.db import DatabaseError

    event = CampaignEvent.objects.get(collaboration=collaboration)
    for change in ({"reason": "other"}, {"state_to": "paid"}, {"actor": None, "state_to": "paid"}):
        with pytest.raises(DatabaseError, match="append-only"):
            CampaignEvent.objects.filter(pk=event.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"):
        event.delete()
    CampaignEvent.objects.filter(pk=event.pk).update(actor=None)
    assert CampaignEvent.objects.get(pk=event.pk).side == Side.BRAND == Actor(side=Side.BRAND).side
