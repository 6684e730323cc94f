"""A campaign over HTTP from brief to payout, between a brand and a creator, paid through the fake provider."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from billing.models import PaymentIntent
from billing.services.campaigns.funding import settle_funding
from billing.services.payments.sending import open_checkout
from billing.services.payouts import approve_payout, confirm_payout, request_payout, send_payout
from creators.models import BrandMember, ContentItem, CreatorSummary, PlatformConnection, User
from tests.billing.campaigns.conftest import FEE
from tests.billing.campaigns.running import check_ledger
from tests.billing.payments.conftest import gateway, mp, work_off
from tests.conftest import NOW
from veri.platform.events.models import Event
from veri.platform.events.registry import find_subscriber

__all__ = ["gateway", "mp"]
pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct-horse-battery"


def sign_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def buyer(brand):
    user = User.objects.create(username="buyer", password=make_password(PASSWORD))
    BrandMember.objects.create(brand=brand, user=user, role="owner", added_at=NOW)
    return sign_in(user)


@pytest.fixture
def maker(creator):
    CreatorSummary.objects.create(creator=creator, embedding=[0.5] * 256, updated_at=NOW)
    return sign_in(creator.owner)


def post(client, path, body=None, *, status=200):
    answer = client.post(f"/api/v1/{path}", body or {}, format="json")
    assert answer.status_code == status, (path, answer.content)
    return answer.json()


def get(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, (path, answer.content)
    return answer.json()


def make_offer(amount=FEE, **more):
    due_on = (timezone.now() + timedelta(days=20)).date().isoformat()
    deliverable = {"title": "Bread", "platform": "youtube", "format": "video", "due_on": due_on, "share_minor": amount}
    return {"amount_minor": amount, "currency": "USD", "terms": {"deliverables": [deliverable]}, **more}


def brief(buyer):
    today = timezone.now().date()
    campaign = {
        "title": "Autumn bread", "kind": "sponsored_video", "budget_minor": 500_000, "currency": "USD",
        "timezone": "Europe/Lisbon", "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=30)).isoformat(), "category": "food",
        "requirements": [{"platform": "youtube", "format": "video", "count": 1}],
    }  # fmt: skip
    made = post(buyer, "campaigns", campaign, status=201)["id"]
    post(buyer, f"campaigns/{made}/moves", {"action": "brief"})
    return made


def sign(client, contract):
    shown = post(client, f"contracts/{contract}/views")
    body = {"sha256": shown["sha256"], "consent_version": shown["consent_version"], "password": PASSWORD}
    return post(client, f"contracts/{contract}/signatures", body, status=201)


def agree(buyer, maker, *, counter=None):
    """Return a campaign and a collaboration whose contract both signed."""
    campaign = brief(buyer)
    part = post(buyer, f"campaigns/{campaign}/collaborations", {"creator": "lumenkitchen"}, status=201)["id"]
    number = post(buyer, f"collaborations/{part}/offers", make_offer(), status=201)["number"]
    if counter:
        answer = make_offer(counter, answers=number)
        number = post(maker, f"collaborations/{part}/offers", answer, status=201)["number"]
    post(buyer if counter else maker, f"collaborations/{part}/offers/{number}/accept")
    post(buyer, f"collaborations/{part}/moves", {"action": "send_contract"})
    contract = get(maker, f"collaborations/{part}/contract")["id"]
    sign(maker, contract)
    sign(buyer, contract)
    return campaign, part, contract


def pay(buyer, campaign, mp, gateway):
    """Pay what is asked for as the payer would, and do what the events ask for."""
    asked = post(buyer, f"campaigns/{campaign}/funding", status=201)
    intent = open_checkout(intent_id=int(asked["id"]), now=timezone.now())
    mp.pay(intent.checkout_id)
    work_off(gateway, now=timezone.now())
    settle_funding(campaign_id=int(campaign), now=timezone.now())
    return get(buyer, f"campaigns/{campaign}/funding")


def pay_out(creator, minor):
    from django.db import transaction

    from billing.money import Money

    anna, ben = (User.objects.create(username=name, is_staff=True) for name in ("anna", "ben"))
    now = timezone.now()
    with transaction.atomic():
        payout = request_payout(creator=creator, amount=Money(minor=minor, currency="USD"), actor=anna, now=now)
    for step, more in ((approve_payout, {}), (send_payout, {"bank_reference": "B1"}), (confirm_payout, {})):
        step(payout_id=payout.pk, actor=ben, reason="checked", now=now, **more)
    (event,) = Event.objects.filter(name="payout.confirmed")
    find_subscriber(event="payout.confirmed", name="billing.note_paid_out").handle(payload=event.payload)


def test_campaign_runs_from_brief_to_payout(buyer, maker, creator, mp, gateway):
    campaign, part, contract = agree(buyer, maker, counter=150_000)
    assert get(buyer, f"collaborations/{part}")["collaboration"]["state"] == "signed"
    told = pay(buyer, campaign, mp, gateway)
    assert (told["held_minor"], [one["state"] for one in told["payments"]]) == (150_000, ["paid"])
    assert check_ledger() == {"psp_clearing": -150_000, "held_funds": 150_000}
    post(maker, f"collaborations/{part}/moves", {"action": "start"})
    (deliverable,) = get(maker, f"collaborations/{part}/deliverables")["results"]
    path = f"deliverables/{deliverable['id']}"
    post(maker, f"{path}/submissions", {"url": "https://drive.example/1"}, status=201)
    post(buyer, f"{path}/change-requests", {"notes": "Brighter, please."})
    post(maker, f"{path}/submissions", {"url": "https://drive.example/2"}, status=201)
    post(buyer, f"{path}/approval")
    PlatformConnection.objects.create(
        creator=creator, platform="youtube", account_id="c1", state="active", created_at=NOW
    )
    ContentItem.objects.create(
        creator=creator, platform="youtube", external_id="abcdefgh", kind="video", title="Bread #ad",
        published_at=timezone.now(), metrics={"views": 12}, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    post(maker, f"{path}/publication", {"url": "https://youtu.be/abcdefgh"})
    shown = post(buyer, f"{path}/verification")
    assert (shown["state"], shown["proofs"][0]["disclosures"], shown["proofs"][0]["figures"]) == (
        *("verified", ["#ad"], {"views": 12}),
    )
    post(buyer, f"{path}/release")
    assert check_ledger() == {"psp_clearing": -150_000, "creator_payable": 135_000, "platform_fee": 15_000}
    pay_out(creator, 135_000)
    assert check_ledger() == {"psp_clearing": -15_000, "platform_fee": 15_000}
    post(maker, f"collaborations/{part}/moves", {"action": "close"})
    post(maker, f"collaborations/{part}/ratings", {"stars": 5, "text": "Kind."}, status=201)
    assert get(buyer, f"collaborations/{part}/ratings")["results"] == []
    post(buyer, f"collaborations/{part}/ratings", {"stars": 4}, status=201)
    assert [one["stars"] for one in get(buyer, f"collaborations/{part}/ratings")["results"]] == [4, 5]
    post(buyer, f"campaigns/{campaign}/moves", {"action": "close"})
    events = get(maker, f"collaborations/{part}/events")["results"]
    assert list(dict.fromkeys(one["state_to"] for one in reversed(events))) == [
        *("briefed", "offered", "countered", "accepted", "contract_sent", "signed", "funded", "in_production"),
        *("submitted", "changes_requested", "approved", "published", "verified", "released", "paid", "closed"),
    ]
    assert len(get(buyer, f"campaigns/{campaign}/events")["results"]) == len(events) + 2
    assert get(buyer, f"contracts/{contract}/verify")["problems"] == []
    digest = get(buyer, f"contracts/{contract}")["sha256"]
    assert post(APIClient(), "contract-verifications", {"sha256": digest})["is_known"] is True


def test_strangers_see_nothing_and_creators_nothing_before_an_offer(buyer, maker, creator):
    campaign = brief(buyer)
    part = post(buyer, f"campaigns/{campaign}/collaborations", {"creator": "lumenkitchen"}, status=201)["id"]
    stranger = sign_in(User.objects.create(username="stranger"))
    for client in (stranger, maker):
        for path in (f"campaigns/{campaign}", f"collaborations/{part}", f"collaborations/{part}/events"):
            assert client.get(f"/api/v1/{path}").status_code == 404, path
        assert client.get("/api/v1/collaborations").json()["results"] == []
    post(buyer, f"collaborations/{part}/offers", make_offer(), status=201)
    shown = get(maker, f"collaborations/{part}")
    assert (shown["side"], [one["action"] for one in shown["moves"] if one["is_open"]]) == (
        *("creator", ["counter", "accept", "decline"]),
    )
    closed = {one["action"]: one["reasons"] for one in shown["moves"] if not one["is_open"]}
    assert closed["cancel"] == ["This is for the brand or staff."]
    assert stranger.get(f"/api/v1/collaborations/{part}").status_code == 404


@pytest.mark.parametrize(
    ("amount", "pointer"),
    [(-5, "amount_minor"), (0, "amount_minor"), (12.5, "amount_minor"), ("12", "amount_minor"), (True, "amount_minor"),
     (10**30, "amount_minor")],
)  # fmt: skip
def test_amount_that_is_none_is_400_at_its_field(buyer, maker, amount, pointer):
    campaign = brief(buyer)
    part = post(buyer, f"campaigns/{campaign}/collaborations", {"creator": "lumenkitchen"}, status=201)["id"]
    body = {**make_offer(), "amount_minor": amount}
    answer = post(buyer, f"collaborations/{part}/offers", body, status=400)
    assert [one["pointer"] for one in answer["errors"]] == [f"/{pointer}"]
    assert get(buyer, f"collaborations/{part}/offers")["results"] == []


def test_signature_needs_the_digest_shown_the_words_and_the_password(buyer, maker):
    campaign = brief(buyer)
    part = post(buyer, f"campaigns/{campaign}/collaborations", {"creator": "lumenkitchen"}, status=201)["id"]
    post(buyer, f"collaborations/{part}/offers", make_offer(), status=201)
    post(maker, f"collaborations/{part}/offers/1/accept")
    assert maker.get(f"/api/v1/collaborations/{part}/contract").status_code == 404
    post(buyer, f"collaborations/{part}/moves", {"action": "send_contract"})
    contract = get(maker, f"collaborations/{part}/contract")["id"]
    shown = post(maker, f"contracts/{contract}/views")
    right = {"sha256": shown["sha256"], "consent_version": shown["consent_version"], "password": PASSWORD}
    path = f"contracts/{contract}/signatures"
    assert "password is wrong" in post(maker, path, {**right, "password": "x"}, status=403)["detail"]
    assert "Version 1 is in force" in post(maker, path, {**right, "sha256": "0" * 64}, status=409)["detail"]
    post(maker, path, {**right, "consent_version": "2020-01"}, status=400)
    assert get(maker, f"contracts/{contract}")["signatures"] == []
    assert len(post(maker, path, right, status=201)["signatures"]) == 1
    assert len(post(maker, path, right, status=201)["signatures"]) == 1
    document = maker.get(f"/api/v1/contracts/{contract}/document")
    assert (document["Content-Type"], document.content[:4]) == ("application/pdf", b"%PDF")
    assert maker.get(f"/api/v1/contracts/{contract}/certificate").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"requirements": [{"platform": "youtube", "format": "video", "count": 0}]}, "/requirements/0/count"),
        ({"requirements": [{"platform": "fax", "format": "video"}]}, "/requirements/0/platform"),
        ({"ends_on": "2020-01-01"}, "/ends_on"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"currency": "XXX"}, "/currency"),
        ({"budget_minor": -1}, "/budget_minor"),
        ({"title": " "}, "/title"),
        ({"exclusivity_days": 10**30}, "/exclusivity_days"),
    ],
)
def test_brief_that_cannot_stand_is_400_at_its_field(buyer, change, pointer):
    made = brief(buyer)
    today = timezone.now().date().isoformat()
    whole = {
        "title": "x", "kind": "ugc", "budget_minor": 5, "currency": "USD", "starts_on": today, "ends_on": "2090-01-01",
    }  # fmt: skip
    answer = post(buyer, "campaigns", {**whole, "ends_on": "2027-01-01", **change}, status=400)
    assert [one["pointer"] for one in answer["errors"]] == [pointer]
    assert [one["id"] for one in get(buyer, "campaigns")["results"]] == [made]


def test_move_that_is_not_open_is_told_why(buyer, maker):
    campaign, part, _contract = agree(buyer, maker)
    refused = post(maker, f"collaborations/{part}/moves", {"action": "start"}, status=409)
    assert "The collaboration is signed" in refused["detail"]
    post(maker, f"collaborations/{part}/moves", {"action": "close"}, status=409)
    post(maker, f"campaigns/{campaign}/funding", status=404)
    assert PaymentIntent.objects.count() == 0


def test_list_asks_as_many_queries_for_three_rows_as_for_one(buyer, maker, django_assert_num_queries):
    for count in (1, 3):
        while len(get(buyer, "campaigns")["results"]) < count:
            made = brief(buyer)
            part = post(buyer, f"campaigns/{made}/collaborations", {"creator": "lumenkitchen"}, status=201)["id"]
            post(buyer, f"collaborations/{part}/offers", make_offer(1_000), status=201)
        with django_assert_num_queries(1):
            get(buyer, "campaigns")
        with django_assert_num_queries(1):
            assert len(get(maker, "collaborations")["results"]) == count
        with django_assert_num_queries(3):
            get(maker, f"collaborations/{part}/events")
