"""Predictions, outcomes and recommended campaigns over HTTP: own data only, clear refusals."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from billing.models import CampaignOutcome, Collaboration
from memory.models import ReturnPrediction
from tests.billing.campaigns.conftest import FEE, make_creator, offer


def sign_in(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def published(accepted) -> Collaboration:
    Collaboration.objects.filter(pk=accepted.pk).update(state="published")
    return accepted


def test_brand_asks_and_reads_what_was_said(collaboration, buyer):
    client, url = sign_in(buyer.user), f"/api/v1/collaborations/{collaboration.pk}/predictions"
    assert client.post(url, {}, format="json").status_code == 409
    made = client.post(url, {"fee_minor": FEE}, format="json")
    assert (made.status_code, made.json()["fee"], made.json()["multiple"]) == (201, 1200.0, None)
    assert "60" in made.json()["refusal"]
    assert [one["id"] for one in client.get(url).json()["results"]] == [made.json()["id"]]


@pytest.mark.parametrize("fee", [0, -1, 1.5, "x", 10**30, None])
def test_fees_that_are_none_are_refused(collaboration, buyer, fee):
    url = f"/api/v1/collaborations/{collaboration.pk}/predictions"
    assert sign_in(buyer.user).post(url, {"fee_minor": fee}, format="json").status_code == 400
    assert not ReturnPrediction.objects.exists()


def test_creators_and_strangers_see_no_predictions(accepted, maker):
    url = f"/api/v1/collaborations/{accepted.pk}/predictions"
    assert sign_in(maker.user).post(url, {}, format="json").status_code == 403
    assert sign_in(maker.user).get(url).status_code == 403
    assert sign_in(make_creator("stranger").owner).get(url).status_code == 404
    assert not ReturnPrediction.objects.exists()


def test_brand_reports_an_outcome_and_both_see_it(published, buyer, maker):
    url = f"/api/v1/collaborations/{published.pk}/outcome"
    assert sign_in(buyer.user).get(url).status_code == 404
    told = sign_in(buyer.user).put(url, {"revenue_minor": 5_000, "clicks": 12}, format="json")
    assert (told.status_code, told.json()["clicks"], told.json()["views"]) == (200, 12, None)
    assert sign_in(maker.user).get(url).json() == told.json()
    assert sign_in(maker.user).put(url, {"revenue_minor": 1}, format="json").status_code == 403
    assert sign_in(buyer.user).put(url, {"revenue_minor": -1}, format="json").status_code == 400
    assert CampaignOutcome.objects.get().revenue_minor == 5_000


def test_outcome_before_publication_is_a_conflict(accepted, buyer):
    url = f"/api/v1/collaborations/{accepted.pk}/outcome"
    assert sign_in(buyer.user).put(url, {"revenue_minor": 1}, format="json").status_code == 409
    assert not CampaignOutcome.objects.exists()


def test_creator_is_recommended_the_campaigns_he_holds_an_offer_for(collaboration, buyer, maker):
    client, url = sign_in(maker.user), "/api/v1/recommendations?kind=campaigns&creator=lumenkitchen"
    assert client.get(url).json()["items"] == []
    offer(collaboration, buyer, now=timezone.now())
    (item,) = client.get(url).json()["items"]
    assert (item["campaign"], item["brand"], item["fee_minor"]) == ("Autumn bread", "Ovenly", FEE)
    assert item["score"] == pytest.approx(sum(item["why"].values())) == pytest.approx(0.4)
