"""Explore, saved lists, terms and blocks: consenting creators only, stable pages, nothing doubled."""

import csv
import io
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from creators.enums import ConsentPurpose, ConsentSource
from creators.models import Brand, BrandMember, CreatorBlock, ExploreEntry, LatestScore, SavedList, WorkTerms
from creators.services.consent import record_consent
from creators.services.creators import update_creator
from creators.services.exploring.entries import refresh_all_entries
from creators.services.scoring.recompute import recompute_scores
from creators.services.summaries import NewSummary, store_summary
from tests.creators.conftest import NOW, make_creator

URL = "/api/v1/explore"


@pytest.fixture
def brand_client(stranger) -> APIClient:
    brand = Brand.objects.create(name="Ovenly", slug="ovenly", created_at=NOW, updated_at=NOW)
    BrandMember.objects.create(brand=brand, user=stranger, added_at=NOW)
    client = APIClient()
    client.force_authenticate(stranger)
    return client


def allow(creator, owner, purpose=ConsentPurpose.DISCOVERY, *, is_granted=True):
    record_consent(
        creator=creator, purpose=purpose, is_granted=is_granted, acting_user=owner, source=ConsentSource.API, now=NOW
    )


def make_findable(handle, owner, *, reach=3.5, tags=("vegan",), platforms=("tiktok",), days=1, **fields):
    creator = make_creator(handle, owner, **fields)
    allow(creator, owner)
    summary = NewSummary(
        creator_id=creator.pk, excerpt="", terms=frozenset(), tags=list(tags), platforms=list(platforms),
        main_platform=platforms[0], reach=reach, last_active_at=NOW - timedelta(days=days),
    )  # fmt: skip
    store_summary(summary=summary, now=NOW)
    return creator


@pytest.fixture
def found(owner):
    return [
        make_findable("breadana", owner, reach=3.5, country="PT", language="pt-PT"),
        make_findable("breadbob", owner, reach=4.2, country="PT", tags=("Rye", "baking"), platforms=("x", "tiktok")),
        make_findable("pixelcy", owner, reach=2.0, country="DE", tags=("gaming",), platforms=("twitch",), days=90),
        make_findable("silentdi", owner, reach=None, country="DE", tags=()),
    ]


def handles(client, **parameters) -> list[str]:
    response = client.get(URL, parameters)
    assert response.status_code == 200, response.content
    return [one["handle"] for one in response.json()["results"]]


def test_filters_hold_together_and_orders_are_complete(brand_client, found):
    assert handles(brand_client) == ["breadbob", "breadana", "pixelcy", "silentdi"]
    assert handles(brand_client, sort="active")[-1] == "pixelcy"
    assert handles(brand_client, country="pt", platform="tiktok") == ["breadbob", "breadana"]
    assert handles(brand_client, tag="#RYE") == handles(brand_client, size="mid") == ["breadbob"]
    assert handles(brand_client, category="food") == ["breadbob", "breadana"]
    assert handles(brand_client, language="pt") == ["breadana"]
    assert handles(brand_client, size="nano") == ["pixelcy"]
    assert handles(brand_client, country="PT", category="gaming") == []


def test_pages_follow_each_other_while_rows_come_and_go(brand_client, found, owner):
    first = brand_client.get(URL, {"page_size": 2}).json()
    assert [one["handle"] for one in first["results"]] == ["breadbob", "breadana"]
    make_findable("newcomer", owner, reach=6.0)
    allow(found[1], owner, is_granted=False)
    second = brand_client.get(URL, {"page_size": 2, "cursor": first["next"]}).json()
    assert [one["handle"] for one in second["results"]] == ["pixelcy", "silentdi"]
    assert second["next"] is None


def test_score_is_shown_and_filtered_by_with_consent_only(brand_client, found, owner):
    recompute_scores(now=NOW)
    assert handles(brand_client, score_from="0") == []
    allow(found[0], owner, ConsentPurpose.BRAND_METRICS)
    assert handles(brand_client, score_from="40", score_to="40") == ["breadana"]
    shown = {one["handle"]: one["score"] for one in brand_client.get(URL).json()["results"]}
    assert shown == {"breadana": 40, "breadbob": None, "pixelcy": None, "silentdi": None}
    allow(found[0], owner, ConsentPurpose.BRAND_METRICS, is_granted=False)
    assert handles(brand_client, score_from="0") == []
    assert LatestScore.objects.count() == 4


def test_rows_follow_profiles_and_withdrawals_at_once(brand_client, found, owner):
    update_creator(creator=found[0], acting_user=owner, now=NOW, country="BR")
    assert handles(brand_client, country="BR") == ["breadana"]
    allow(found[0], owner, is_granted=False)
    assert "breadana" not in handles(brand_client)
    assert ExploreEntry.objects.count() == 3
    ExploreEntry.objects.filter(pk=found[1].pk).update(country="XX")
    assert (refresh_all_entries(), refresh_all_entries()) == (1, 0)
    assert handles(brand_client, country="PT") == ["breadbob"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"platform": "myspace"}, {"sort": "beauty"}, {"score_from": "101"}, {"score_to": "-1"}, {"active_days": "x"},
        {"cursor": "????"}, {"cursor": "bm8"}, {"page_size": "0"}, {"page_size": "9" * 40}, {"tag": "a\0b"},
        {"size": "huge"}, {"cursor": "WyJyZWFjaCIsIDFlOTk5LCAxXQ"}, {"cursor": "WyJyZWFjaCIsIG51bGwsIDFd"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(brand_client, wrong):
    response = brand_client.get(URL, wrong)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, f"/{next(iter(wrong))}")


def test_only_brands_explore(client, found):
    assert client.get(URL).status_code == 403


def test_one_page_takes_the_same_queries_for_one_and_three(brand_client, owner, django_assert_num_queries):
    for number in range(3):
        make_findable(f"one{number}", owner)
        with django_assert_num_queries(2):
            assert len(handles(brand_client)) == number + 1


def test_lists_keep_notes_and_hide_who_withdrew(brand_client, found, owner, django_assert_num_queries):
    made = brand_client.post("/api/v1/lists", {"name": "Autumn"}, format="json").json()
    assert brand_client.post("/api/v1/lists", {"name": "Autumn"}, format="json").status_code == 409
    entries = f"/api/v1/lists/{made['id']}/entries"
    brand_client.put(f"{entries}/breadana", {"note": "=SUM(A1)"}, format="json")
    with django_assert_num_queries(2):
        assert len(brand_client.get(entries).json()["results"]) == 1
    brand_client.put(f"{entries}/breadana", {"note": "+calls back"}, format="json")
    for one in ("breadbob", "pixelcy"):
        assert brand_client.put(f"{entries}/{one}", {}, format="json").status_code == 200
    with django_assert_num_queries(2):
        assert len(brand_client.get(entries).json()["results"]) == 3
    allow(found[1], owner, is_granted=False)
    rows = list(csv.DictReader(io.StringIO(brand_client.get(f"/api/v1/lists/{made['id']}/export").content.decode())))
    assert [(row["handle"], row["note"]) for row in rows] == [("pixelcy", ""), ("breadana", "'+calls back")]
    assert brand_client.put(f"{entries}/breadbob", {}, format="json").status_code == 404
    assert brand_client.delete(f"{entries}/pixelcy").status_code == 204
    assert brand_client.delete(f"{entries}/pixelcy").status_code == 404
    assert brand_client.delete(f"/api/v1/lists/{made['id']}").status_code == 204
    assert SavedList.objects.count() == 0


def test_lists_of_others_are_not_there(brand_client, client, found):
    mine = client.post("/api/v1/lists", {"name": "Peers", "creator": "breadana"}, format="json").json()
    assert mine["creator"] == "breadana"
    for method, path in (("get", "entries"), ("get", "export"), ("put", "entries/pixelcy")):
        assert getattr(brand_client, method)(f"/api/v1/lists/{mine['id']}/{path}").status_code == 404
    assert brand_client.delete(f"/api/v1/lists/{mine['id']}").status_code == 404
    assert brand_client.get("/api/v1/lists").json()["results"] == []
    assert SavedList.objects.count() == 1


def test_terms_decide_what_is_available(client, brand_client, found):
    url = "/api/v1/creators/breadana/terms"
    assert client.get(url).json()["is_available"] is True
    body = {"is_available": False, "least_fee_minor": 50_000, "currency": "EUR", "excluded_categories": ["gaming"]}
    assert client.put(url, body, format="json").json() == {"available_from": None, **body}
    assert "breadana" not in handles(brand_client, available="yes")
    for wrong in ({"least_fee_minor": -1}, {"least_fee_minor": 10**30}, {"excluded_categories": ["opera"]}):
        assert client.put(url, wrong, format="json").status_code == 400
    assert WorkTerms.objects.get().least_fee_minor == 50_000
    assert brand_client.get(url).status_code == 404


def test_blocks_are_set_once_and_lifted(client, found):
    url = "/api/v1/creators/breadana/blocks/pixelcy"
    assert client.put(url).status_code == client.put(url).status_code == 204
    assert CreatorBlock.objects.count() == 1
    assert client.put("/api/v1/creators/breadana/blocks/breadana").status_code == 400
    assert client.delete(url).status_code == 204
    assert CreatorBlock.objects.count() == 0
