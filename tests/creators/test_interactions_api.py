import pytest
from rest_framework.test import APIClient

from creators.models import Interaction
from tests.creators.conftest import NOW, make_creator
from veri.platform.events.models import Event
from veri.platform.http.services import create_api_key

URL = "/api/v1/interactions"


def make_item(number=1, **changes):
    return {
        "creator": "lumenkitchen",
        "platform": "chat",
        "external_id": f"m-{number}",
        "type": "message",
        "text": f"Message {number}",
        "occurred_at": f"2026-05-14T09:{number % 60:02d}:00Z",
        **changes,
    }


def post(client, items, **headers):
    return client.post(URL, {"interactions": items}, format="json", headers=headers)


def test_each_item_has_its_result(client, creator):
    answer = post(client, [make_item(1), make_item(1), make_item(2, platform="nowhere"), make_item(3, creator="ghost")])
    assert answer.status_code == 200
    body = answer.json()
    stored = str(Interaction.objects.get().pk)
    assert (body["created"], body["duplicates"], body["rejected"]) == (1, 1, 2)
    assert body["results"][0] == {"index": 0, "status": "created", "id": stored, "ids": [stored]}
    assert body["results"][1] == {"index": 1, "status": "duplicate", "id": stored, "ids": [stored]}
    assert body["results"][2]["errors"][0]["pointer"] == "/interactions/2/platform"
    assert body["results"][3]["errors"] == [
        {"pointer": "/interactions/3/creator", "detail": "no such creator, or not yours"}
    ]


def test_batch_with_nothing_acceptable_is_a_problem(client, creator):
    answer = post(client, [make_item(1, occurred_at="2999-01-01T00:00:00Z")])
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["errors"] == [{"pointer": "/interactions/0/occurred_at", "detail": "more than 5 minutes in the future"}]
    assert body["results"][0]["status"] == "rejected"
    assert Interaction.objects.count() == 0
    assert Event.objects.count() == 0


def test_creator_of_another_reads_like_an_unknown_one(stranger_client, creator):
    foreign = post(stranger_client, [make_item()]).json()["errors"]
    unknown = post(stranger_client, [make_item(creator="ghost")]).json()["errors"]
    assert foreign == unknown
    assert Interaction.objects.count() == 0


def test_staff_may_ingest_for_every_creator(stranger_client, stranger, creator):
    stranger.is_staff = True
    stranger.save()
    assert post(stranger_client, [make_item()]).json()["created"] == 1


@pytest.mark.parametrize("state", [{"is_active": False}, {"consent_state": "withdrawn"}])
def test_closed_creator_takes_nothing(client, owner, state):
    make_creator("lumenkitchen", owner, **state)
    answer = post(client, [make_item()])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "this creator is inactive or has withdrawn consent"
    assert Interaction.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [{}, [], {"interactions": {}}, {"interactions": []}, {"interactions": [1] * 1001}, {"interactions": [1], "a": 1}],
)
def test_body_of_another_shape_is_refused(client, creator, body):
    answer = client.post(URL, body, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"interactions": [',
        b'{"interactions": [], "interactions": []}',
        b"\xff\xfe",
        b'{"interactions": [{"text": "\\u0000"}]}',
        b'{"interactions": [{"text": "\\ud800"}]}',
        b'{"interactions": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"interactions": [NaN]}',
    ],
)
def test_unreadable_body_is_refused(client, creator, body):
    answer = client.post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert Interaction.objects.count() == 0


def test_ten_megabyte_string_is_refused(client, creator):
    answer = post(client, [make_item(text="x" * 10_000_000)])
    assert answer.status_code == 422
    assert Interaction.objects.count() == 0


def test_idempotency_key_replays_the_first_answer(client, creator):
    first = post(client, [make_item()], **{"Idempotency-Key": "k-1"})
    again = post(client, [make_item()], **{"Idempotency-Key": "k-1"})
    assert first.json()["created"] == 1
    assert (again.status_code, again.json()) == (200, first.json())


def test_ingest_query_count_does_not_grow(client, creator, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        post(client, [make_item(number) for number in range(300)])
    assert Interaction.objects.count() == 300


def test_anonymous_is_refused(db, creator):
    assert post(APIClient(), [make_item()]).status_code == 401
    assert Interaction.objects.count() == 0


def test_list_is_latest_first_in_pages(client, creator):
    post(client, [make_item(number) for number in range(3)])
    first = client.get(URL, {"creator": "@lumenkitchen", "page_size": 2}).json()
    assert [item["external_id"] for item in first["results"]] == ["m-2", "m-1"]
    assert "payload" not in first["results"][0]
    second = client.get(first["next"]).json()
    assert [item["external_id"] for item in second["results"]] == ["m-0"]
    assert second["next"] is None


def test_list_filters_by_platform_type_and_half_open_period(client, creator):
    post(client, [make_item(number) for number in range(4)] + [make_item(9, platform="email", type="letter")])
    ask = {"creator": "lumenkitchen", "since": "2026-05-14T09:01:00Z", "until": "2026-05-14T09:03:00Z"}
    assert [item["external_id"] for item in client.get(URL, ask).json()["results"]] == ["m-2", "m-1"]
    ask = {"creator": "lumenkitchen", "platform": "email", "type": "letter"}
    assert [item["external_id"] for item in client.get(URL, ask).json()["results"]] == ["m-9"]


@pytest.mark.parametrize(
    "ask",
    [
        {},
        {"creator": "\0"},
        {"creator": "x"},
        {"creator": "lumenkitchen", "platform": "nowhere"},
        {"creator": "lumenkitchen", "type": "\0"},
        {"creator": "lumenkitchen", "type": "x" * 81},
        {"creator": "lumenkitchen", "since": "yesterday"},
        {"creator": "lumenkitchen", "since": "2026-05-14T09:01:00"},
        {"creator": "lumenkitchen", "until": "0001-01-01T00:00:00+14:00"},
        {"creator": "lumenkitchen", "cursor": "abc"},
        {"creator": "lumenkitchen", "cursor": "cD1ub25zZW5zZQ=="},
        {"creator": "lumenkitchen", "cursor": "cD0lMDA="},
        {"creator": "lumenkitchen", "page_size": "99999999999999999999"},
    ],
)
def test_absurd_parameters_are_refused(client, creator, ask):
    post(client, [make_item()])
    answer = client.get(URL, ask)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_list_of_anothers_creator_is_not_found(stranger_client, creator):
    assert stranger_client.get(URL, {"creator": "lumenkitchen"}).status_code == 404


def test_list_query_count_is_constant(client, creator, django_assert_num_queries):
    post(client, [make_item(1)])
    with django_assert_num_queries(2):
        client.get(URL, {"creator": "lumenkitchen"})
    post(client, [make_item(2), make_item(3)])
    with django_assert_num_queries(2):
        assert len(client.get(URL, {"creator": "lumenkitchen"}).json()["results"]) == 3


def test_detail_shows_the_payload(client, creator):
    pk = post(client, [make_item(payload={"big": 2**70})]).json()["results"][0]["id"]
    body = client.get(f"{URL}/{pk}").json()
    assert (body["id"], body["creator"], body["payload"]) == (pk, "lumenkitchen", {"big": 2**70})


@pytest.mark.parametrize("pk", ["0", "x", "-1", "9223372036854775808", "9" * 40, "%00", "%D9%A3"])
def test_detail_of_no_such_id_is_not_found(client, creator, pk):
    assert client.get(f"{URL}/{pk}").status_code == 404


def test_detail_of_anothers_interaction_is_not_found(client, stranger_client, creator):
    pk = post(client, [make_item()]).json()["results"][0]["id"]
    assert stranger_client.get(f"{URL}/{pk}").status_code == 404


def test_api_key_without_the_scope_may_not_ingest(owner, creator):
    client = APIClient()
    made = create_api_key(owner=owner, name="reader", scopes=["interactions:read"], acting_user=owner, now=NOW)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {made.credential}")
    assert post(client, [make_item()]).status_code == 403
    assert Interaction.objects.count() == 0
    assert client.get(URL, {"creator": "lumenkitchen"}).status_code == 200
