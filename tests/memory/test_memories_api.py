from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from creators.models import User
from memory.models import Memory
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say

URL = "/api/v1/memories"
MINE = {"creator": "lumenkitchen"}


@pytest.fixture
def known(creator):
    for day, town in enumerate(("Porto", "Lisbon")):
        say(creator, f"I live in {town}.", at=NOW + timedelta(days=day))
    say(creator, "The contract with Brightpan is signed.", platform="email")
    form(creator)
    return creator


def test_list_tells_what_is_known(client, known):
    body = client.get(URL, MINE).json()
    assert len(body["results"]) == 3
    lisbon = next(one for one in body["results"] if one["value"] == "Lisbon")
    stored = Memory.objects.get(value="Lisbon")
    assert (lisbon["id"], lisbon["state"], lisbon["strength"], lisbon["valid_to"]) == (
        str(stored.pk),
        "active",
        1,
        None,
    )
    porto = next(one for one in body["results"] if one["value"] == "Porto")
    assert (porto["state"], porto["superseded_by"]) == ("superseded", str(stored.pk))


@pytest.mark.parametrize(
    ("narrowed", "values"),
    [
        ({"state": "active", "type": "creator_entity"}, ["Lisbon"]),
        ({"state": "superseded"}, ["Porto"]),
        ({"type": "campaign_episodic"}, ["contract signed on 2026-11-01"]),
        ({"type": "workflow"}, []),
    ],
)
def test_list_is_narrowed(client, known, narrowed, values):
    assert [one["value"] for one in client.get(URL, MINE | narrowed).json()["results"]] == values


def test_list_comes_in_pages(client, known):
    first = client.get(URL, MINE | {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    ids = [one["id"] for one in (*first["results"], *second["results"])]
    assert (len(first["results"]), len(ids), len(set(ids)), second["next"]) == (2, 3, 3, None)


@pytest.mark.parametrize(
    "asked", [{}, {"creator": "\0"}, MINE | {"type": "x"}, MINE | {"state": "\0"}, MINE | {"cursor": "x"}]
)
def test_unusable_parameters_are_refused(client, known, asked):
    answer = client.get(URL, asked)
    assert answer.status_code in {400, 404}
    assert answer["Content-Type"] == "application/problem+json"


def test_detail_tells_the_evidence(client, known):
    memory = Memory.objects.get(value="Lisbon")
    body = client.get(f"{URL}/{memory.pk}").json()
    (evidence,) = body["evidence"]
    assert (body["text"], evidence["id"]) == (memory.text, str(memory.latest_evidence[0]))
    assert (evidence["platform"], evidence["author"], evidence["text"]) == ("chat", "lumenkitchen", "I live in Lisbon.")


@pytest.mark.parametrize("key", ["0", "x", "-1", "9" * 30, "1.5", "%00"])
def test_unknown_memory_is_not_found(client, known, key):
    answer = client.get(f"{URL}/{key}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_memory_of_another_is_not_found(known):
    stranger = APIClient()
    stranger.force_authenticate(User.objects.create_user("bea"))
    memory = Memory.objects.first()
    assert stranger.get(f"{URL}/{memory.pk}").status_code == 404
    assert stranger.get(URL, MINE).status_code == 404
    assert APIClient().get(URL, MINE).status_code == 401


@pytest.mark.parametrize(("days", "values"), [(-1, []), (0, ["Porto"]), (1, ["Lisbon"]), (9, ["Lisbon"])])
def test_list_tells_what_held_at_an_instant(client, known, days, values):
    asked = MINE | {"as_of": (NOW + timedelta(days=days)).isoformat(), "type": "creator_entity"}
    assert [one["value"] for one in client.get(URL, asked).json()["results"]] == values
    assert client.get(URL, MINE | {"as_of": "yesterday"}).status_code == 400


def test_why_is_answered_in_one_query(client, known, django_assert_num_queries):
    memory = Memory.objects.get(value="Lisbon")
    with django_assert_num_queries(1):
        body = client.get(f"{URL}/{memory.pk}/evidence").json()
    (rest,) = body["evidence"]
    assert (rest["id"], rest["text"], rest["own_words"]) == (str(memory.latest_evidence[0]), "I live in Lisbon.", "")
    assert (body["memory"]["id"], body["memory"]["is_pinned"], body["evidence_total"]) == (str(memory.pk), False, 1)
    assert [(one["value"], one["state"]) for one in body["chain"]] == [("Porto", "superseded"), ("Lisbon", "active")]
    assert ("quality", "high") in {(one["kind"], one["value"]) for one in body["signals"]}
    assert client.get(f"{URL}/{memory.pk + 99}/evidence").status_code == 404


def test_why_is_told_to_nobody_else(known):
    stranger = APIClient()
    stranger.force_authenticate(User.objects.create_user("bea"))
    assert stranger.get(f"{URL}/{Memory.objects.first().pk}/evidence").status_code == 404
    assert stranger.get(f"{URL}/history", MINE | {"predicate": "home town"}).status_code == 404


def test_history_of_a_slot_is_told_in_order(client, known):
    body = client.get(f"{URL}/history", MINE | {"predicate": "home town"}).json()
    assert [(one["value"], one["state"], one["strength"]) for one in body["values"]] == [
        ("Porto", "superseded", 1),
        ("Lisbon", "active", 1),
    ]
    assert body["values"][0]["valid_to"] == body["values"][1]["valid_from"]
    assert client.get(f"{URL}/history", MINE | {"predicate": "shoe size"}).json() == {"values": []}
    for wrong in ("", "x" * 121, "\0"):
        assert client.get(f"{URL}/history", MINE | {"predicate": wrong}).status_code == 400


def test_list_query_count_is_constant(client, owner, creator, django_assert_num_queries):
    say(creator, "I live in Lisbon.")
    form(creator)
    with django_assert_num_queries(2):
        client.get(URL, MINE)
    say(creator, "My rate for a reel is now $5. My new camera is the Sony A7.")
    form(creator)
    with django_assert_num_queries(2):
        assert len(client.get(URL, MINE).json()["results"]) == 3


def test_memories_of_one_creator_only(client, owner, known):
    other = make_creator("pixelforge", owner)
    say(other, "I live in Rome.")
    form(other)
    assert "Rome" not in [one["value"] for one in client.get(URL, MINE).json()["results"]]
