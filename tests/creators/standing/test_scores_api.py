"""The score over the API: everything for the owner, little and only with consent for brands."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from creators.enums import ConsentPurpose, ConsentSource
from creators.models import Brand, BrandMember
from creators.services.consent import record_consent
from creators.services.scoring.recompute import recompute_scores
from tests.creators.conftest import NOW
from tests.creators.standing.conftest import connect, publish, tell_followers

URL = "/api/v1/creators/lumenkitchen/score"


@pytest.fixture
def brand_client(stranger) -> APIClient:
    brand = Brand.objects.create(name="Ovenly", slug="ovenly", created_at=NOW, updated_at=NOW)
    BrandMember.objects.create(brand=brand, user=stranger, added_at=NOW)
    client = APIClient()
    client.force_authenticate(stranger)
    return client


def allow(creator, owner, *, is_granted=True):
    record_consent(
        creator=creator, purpose=ConsentPurpose.BRAND_METRICS, is_granted=is_granted, acting_user=owner,
        source=ConsentSource.API, now=NOW,
    )  # fmt: skip


def test_owner_sees_components_moves_and_raw_youtube_figures(client, creator):
    assert client.get(URL).json()["value"] is None
    tell_followers(connect(creator, "youtube"), *[5_000] * 3)
    recompute_scores(now=NOW)
    tell_followers(connect(creator), *[1_000] * 20)
    publish(creator, "tiktok", *[{"views": 1_000, "likes": 80, "comments": 20}] * 12)
    recompute_scores(now=NOW + timedelta(minutes=1))
    with time_machine.travel(NOW, tick=False):
        body = client.get(URL).json()
    assert (body["value"], body["is_provisional"], body["version"]) == (60, False, "1")
    assert body["moved"]["consistency"] == "+12.00"
    assert body["platforms"]["tiktok"]["engagement"] == {"s": 0.5, "q": 1.0}
    assert [(one["platform"], one["followers"]) for one in body["raw"]] == [("youtube", 5_000)]
    assert [one["value"] for one in client.get(f"{URL}/history").json()["results"]] == [60, 40]


def test_brand_sees_value_and_reasons_with_consent_only(brand_client, creator, owner):
    recompute_scores(now=NOW)
    assert brand_client.get(URL).status_code == 404
    allow(creator, owner)
    body = brand_client.get(URL).json()
    assert set(body) == {"value", "is_provisional", "version", "computed_at", "reasons"}
    assert brand_client.get(f"{URL}/history").status_code == 404
    allow(creator, owner, is_granted=False)
    assert brand_client.get(URL).status_code == 404


def test_stranger_who_acts_for_no_brand_sees_nothing(stranger_client, creator, owner):
    recompute_scores(now=NOW)
    allow(creator, owner)
    assert stranger_client.get(URL).status_code == 404


def test_history_takes_the_same_queries_for_one_and_three(client, creator, django_assert_num_queries):
    connect(creator)
    for number in range(3):
        publish(creator, "tiktok", {"views": 10, "likes": 1, "comments": 1}, external_id=f"v{number}")
        recompute_scores(now=NOW + timedelta(minutes=number), creator_ids=[creator.pk])
        with django_assert_num_queries(2):
            assert len(client.get(f"{URL}/history").json()["results"]) == number + 1
