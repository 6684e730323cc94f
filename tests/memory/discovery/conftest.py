"""Creators who may be found, a brand that looks for them, and what they published."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from creators.enums import ConsentPurpose, ConsentSource
from creators.models import Brand, BrandMember, Creator, User
from creators.services.consent import record_consent
from memory.services.cataloguing import catalogue_interactions
from memory.services.content_index import index_content
from memory.services.summaries import refresh_summary
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say


@pytest.fixture
def brand(db) -> Brand:
    return Brand.objects.create(
        name="Ovenly", slug="ovenly", description="Ovens for bread.", created_at=NOW, updated_at=NOW
    )


@pytest.fixture
def buyer(brand) -> User:
    user = User.objects.create(username="buyer")
    BrandMember.objects.create(brand=brand, user=user, role="member", added_at=NOW)
    return user


@pytest.fixture
def brand_client(buyer) -> APIClient:
    api = APIClient()
    api.force_authenticate(buyer)
    return api


def consent(creator: Creator, *, is_granted: bool = True, purpose: ConsentPurpose = ConsentPurpose.DISCOVERY) -> None:
    actor, _ = User.objects.get_or_create(username="agent")
    record_consent(
        creator=creator,
        purpose=purpose,
        is_granted=is_granted,
        acting_user=actor,
        source=ConsentSource.API,
        now=NOW,
    )


def post_video(creator: Creator, number: int, title: str, *, views: int = 100, days: int = 5, **fields):
    """Store a TikTok video of the creator's own."""
    at = NOW - timedelta(days=days)
    payload = {
        "id": f"{creator.handle}-{number}",
        "title": title,
        "create_time": int(at.timestamp()),
        "view_count": views,
        "username": creator.handle,
    }
    values = {"platform": "tiktok", "type": "video", "payload": payload, "external_id": payload["id"], **fields}
    return say(creator, title, at=at, **values)


def publish(creator: Creator, *interactions) -> None:
    """Do what the subscribers do with recorded interactions."""
    keys = [one.pk for one in interactions] or list(creator.interactions.values_list("pk", flat=True))
    form(creator)
    found = catalogue_interactions(creator_id=creator.pk, interaction_ids=keys, now=NOW)
    index_content(creator_id=creator.pk, content_ids=found.content_ids)
    refresh_summary(creator_id=creator.pk, now=NOW)


def make_found_creator(handle: str, *titles: str, **fields) -> Creator:
    creator = make_creator(handle)
    Creator.objects.filter(pk=creator.pk).update(**fields)
    creator.refresh_from_db()
    consent(creator)
    for number, title in enumerate(titles):
        post_video(creator, number, title)
    publish(creator)
    return creator
