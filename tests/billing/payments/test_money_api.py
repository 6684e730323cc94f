"""Brands and creators see their own money, and nobody else's."""

import csv
import io

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from billing.models import Payout, Subscription
from billing.services import held_funds
from creators.models import BrandMember, User
from tests.billing.ledger.conftest import CAMPAIGN, CAUSE, fund, usd
from tests.billing.payments.conftest import NOW
from tests.billing.plans.conftest import make_version
from tests.fakes.frame import drop

pytestmark = pytest.mark.django_db
BASE = "/api/v1"
MINE = "creator=lumenkitchen"


def sign_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def buyer(brand):
    user = User.objects.create_user("bea", email="bea@example.org")
    BrandMember.objects.create(brand=brand, user=user, added_at=NOW)
    return sign_in(user)


@pytest.fixture
def seller(owner, creator):
    return sign_in(owner)


@pytest.fixture
def released(brand, creator):
    """A campaign of 100 dollars of which the creator got 53."""
    fund(brand, 10_000)
    held_funds.plan_release(
        campaign_ref=CAMPAIGN, milestone_ref=1, creator=creator, gross=usd(6_000), fee_minor=600, tax_minor=100,
        release_at=NOW, cause=CAUSE, now=NOW,
    )  # fmt: skip
    held_funds.release_held(campaign_ref=CAMPAIGN, milestone_ref=1, cause=CAUSE, now=NOW)


def test_both_sides_see_their_balances(released, buyer, seller):
    zero = {"currency": "USD", "available_minor": 0, "held_minor": 0, "planned_minor": 0}
    assert buyer.get(f"{BASE}/balance?brand=ovenly").json() == {"results": [zero | {"held_minor": 4_000}]}
    assert seller.get(f"{BASE}/balance?{MINE}").json() == {"results": [zero | {"available_minor": 5_300}]}


def test_statement_and_its_export_say_the_same(released, buyer):
    lines = buyer.get(f"{BASE}/statement?brand=ovenly").json()["results"]
    assert [(one["account"], one["amount_minor"], one["cause"]) for one in lines] == [
        ("held_funds", -6_000, "schedule"),
        ("held_funds", 10_000, "schedule"),
    ]
    answer = buyer.get(f"{BASE}/statement.csv?brand=ovenly&until=2027-01-01T00:00:00Z")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [int(one["amount_minor"]) for one in rows] == [10_000, -6_000]
    assert buyer.get(f"{BASE}/statement?brand=ovenly&since=2027-01-01T00:00:00Z").json()["results"] == []


@pytest.mark.parametrize("path", ["balance", "statement", "statement.csv", "payments", "invoices", "invoices.csv"])
def test_strangers_see_nothing(released, path):
    stranger = sign_in(User.objects.create_user("eve"))
    assert stranger.get(f"{BASE}/{path}?{MINE}").status_code == 404
    assert stranger.get(f"{BASE}/{path}?brand=ovenly").status_code == 403
    assert stranger.get(f"{BASE}/{path}").status_code == 400
    assert stranger.get(f"{BASE}/{path}?{MINE}&brand=ovenly").status_code == 400
    assert APIClient().get(f"{BASE}/{path}?{MINE}").status_code == 401


@pytest.mark.parametrize("path", ["statement", "payments"])
def test_lists_ask_as_often_for_three_as_for_one(buyer, brand, django_assert_max_num_queries, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for key in ("a", "b", "c"):
        fund(brand, 100, key=key)
        with CaptureQueriesContext(connection) as asked:
            assert buyer.get(f"{BASE}/{path}?brand=ovenly").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_payout_is_asked_for_once_with_a_key(released, seller):
    body = {"amount_minor": 2_000, "currency": "USD"}
    answers = [seller.post(f"{BASE}/payouts?{MINE}", body, format="json", HTTP_IDEMPOTENCY_KEY="k-1") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert Payout.objects.get().state == "proposed"
    assert seller.post(f"{BASE}/payouts?{MINE}", {**body, "amount_minor": 3_301}, format="json").status_code == 409
    for wrong in (0, -1, 1.5, 10**13, "x"):
        given = {**body, "amount_minor": wrong}
        assert seller.post(f"{BASE}/payouts?{MINE}", given, format="json").status_code == 400
    assert Payout.objects.count() == 1
    assert len(seller.get(f"{BASE}/payouts?{MINE}").json()["results"]) == 1


def test_payment_is_opened_paid_and_looked_at_again(mp, gateway, brand, buyer):
    intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(900), actor=None, now=NOW)
    address = f"{BASE}/payments/{intent.reference}"
    gateway.script("POST api.mercadopago.com/checkout/preferences", drop)
    assert buyer.post(f"{address}/checkout?brand=ovenly").status_code == 503
    opened = buyer.post(f"{address}/checkout?brand=ovenly").json()
    assert (opened["state"], opened["checkout_url"].startswith(gateway.url)) == ("open", True)
    (preference,) = mp.preferences
    mp.pay(preference)
    assert buyer.post(f"{address}/sync?brand=ovenly").json()["state"] == "paid"
    assert buyer.get(f"{address}?brand=ovenly").json()["amount_minor"] == 900
    for odd in ("x", "00000000-0000-0000-0000-000000000000"):
        assert buyer.get(f"{BASE}/payments/{odd}?brand=ovenly").status_code == 404


def test_subscription_is_started_changed_and_cancelled(mp, seller):
    make_version(trial_days=7)
    make_version(900, code="lite")
    assert [one["code"] for one in seller.get(f"{BASE}/plans").json()["results"]] == ["lite", "plus"]
    assert seller.get(f"{BASE}/subscription?{MINE}").status_code == 404
    started = seller.post(f"{BASE}/subscription?{MINE}", {"plan": "plus"}, format="json")
    assert (started.status_code, started.json()["state"]) == (201, "trial")
    assert seller.post(f"{BASE}/subscription?{MINE}", {"plan": "plus"}, format="json").status_code == 409
    assert seller.post(f"{BASE}/subscription?{MINE}", {"plan": "none"}, format="json").status_code == 400
    changed = seller.patch(f"{BASE}/subscription?{MINE}", {"plan": "lite"}, format="json").json()
    assert changed["plan"]["code"] == "lite"
    assert seller.delete(f"{BASE}/subscription?{MINE}").json()["cancels_at_end"] is True
    assert Subscription.objects.count() == 1


def test_invoices_are_listed_and_downloaded(brand, buyer):
    from tests.billing.invoices.test_invoices import issue, make_intent

    profile = {"legal_name": "=Ovenly", "tax_id": "DE1", "country": "DE", "address": "Köln"}
    assert buyer.put(f"{BASE}/billing-profile?brand=ovenly", profile, format="json").json() == profile
    invoice = issue(make_intent(brand), now=timezone.now())
    (listed,) = buyer.get(f"{BASE}/invoices?brand=ovenly").json()["results"]
    assert (listed["buyer_name"], listed["total_minor"], listed["sha256"]) == ("=Ovenly", 11_900, invoice.sha256)
    pdf = buyer.get(f"{BASE}/invoices/{invoice.pk}/pdf?brand=ovenly")
    assert (pdf["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "'=Ovenly" in buyer.get(f"{BASE}/invoices.csv?brand=ovenly").content.decode()
    assert buyer.get(f"{BASE}/invoices/{10**30}/pdf?brand=ovenly").status_code == 404
