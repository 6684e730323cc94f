"""A brand, its person, a creator, and collaborations brought as far as a test needs by the real services."""

from datetime import date, timedelta

import pytest

from billing.campaign_enums import Side
from billing.models import Campaign, Collaboration
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.campaigns import brief_campaign, create_campaign, invite_creator
from billing.services.campaigns.offers import accept_offer, make_offer
from creators.models import Brand, BrandMember, Creator, User
from tests.conftest import NOW

FEE = 120_000
BRIEF = {
    "title": "Autumn bread", "kind": "sponsored_video", "objectives": "Awareness", "budget_minor": 500_000,
    "currency": "EUR", "timezone": "Europe/Lisbon", "starts_on": date(2026, 11, 1), "ends_on": date(2026, 12, 1),
    "category": "food",
}  # fmt: skip


def plan(*shares: int, **terms) -> dict:
    """Return terms with a deliverable for each share."""
    kind = {"platform": "youtube", "format": "video", "due_on": "2026-11-30"}
    deliverables = [
        {"title": f"Video {place}", "share_minor": one, **kind} for place, one in enumerate(shares, start=1)
    ]
    return {"deliverables": deliverables, "revision_rounds": 1, "review_days": 5, "release_days": 3, **terms}


@pytest.fixture
def brand(db) -> Brand:
    return Brand.objects.create(name="Ovenly", slug="ovenly", created_at=NOW, updated_at=NOW)


@pytest.fixture
def buyer(brand) -> Actor:
    user = User.objects.create_user("ovenly-buyer", email="buyer@ovenly.example")
    BrandMember.objects.create(brand=brand, user=user, role="owner", added_at=NOW)
    return Actor(side=Side.BRAND, user=user)


@pytest.fixture
def maker(creator) -> Actor:
    return Actor(side=Side.CREATOR, user=creator.owner)


@pytest.fixture
def campaign(brand, buyer) -> Campaign:
    made = create_campaign(brand=brand, actor=buyer, now=NOW, **BRIEF)
    return brief_campaign(campaign=made, actor=buyer, now=NOW)


@pytest.fixture
def collaboration(campaign, creator, buyer) -> Collaboration:
    return invite_creator(campaign=campaign, creator=creator, actor=buyer, now=NOW)


def offer(collaboration, actor, *shares: int, answers=None, currency="EUR", now=NOW, **terms):
    shares = shares or (FEE,)
    return make_offer(
        collaboration=collaboration, actor=actor, amount_minor=sum(shares), currency=currency,
        terms=plan(*shares, **terms), answers=answers, now=now,
    )  # fmt: skip


@pytest.fixture
def accepted(collaboration, buyer, maker) -> Collaboration:
    made = offer(collaboration, buyer)
    return accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)


def make_creator(handle: str) -> Creator:
    user = User.objects.create_user(handle)
    return Creator.objects.create(owner=user, handle=handle, created_at=NOW, updated_at=NOW)


__all__ = ["BRIEF", "FEE", "NOW", "make_creator", "offer", "plan", "timedelta"]
