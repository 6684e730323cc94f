import pytest
from rest_framework.test import APIClient

from creators.models import User
from memory.models import ForgetRequest, Memory
from tests.memory.conftest import form, say

URL = "/api/v1/memories"
MINE = {"creator": "lumenkitchen"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def memory(creator) -> Memory:
    say(creator, "I live in Lisbon.")
    form(creator)
    return Memory.objects.get()


def test_memory_is_forgotten_at_its_owners_wish(client, memory):
    answer = client.post(f"{URL}/{memory.pk}/forget", {"scope": "evidence"}, format="json")
    assert answer.status_code == 202
    asked = ForgetRequest.objects.get()
    body = answer.json()
    assert (body["id"], body["state"], body["memories"], body["interactions"]) == (str(asked.pk), "pending", 1, 1)
    assert client.get(f"{URL}/forget/{asked.pk}").json() == body
    assert (asked.memory_ids, asked.requested_by) == ([memory.pk], "owner")


@pytest.mark.parametrize(
    "named",
    [{}, {"subject": "nobody"}, {"memory_ids": ["0"]}, {"memory_ids": ["x"]}, {"brand": "\0"}, {"scope": "all"},
     {"memory_ids": ["9" * 30]}, {"brands": "x"}],
)  # fmt: skip
def test_wish_that_names_nothing_is_refused(client, memory, named):
    answer = client.post(f"{URL}/forget", MINE | named, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert (ForgetRequest.objects.count(), Memory.objects.count()) == (0, 1)


def test_nobody_forgets_or_restores_for_another(memory):
    stranger = APIClient()
    stranger.force_authenticate(User.objects.create_user("bea"))
    Memory.objects.update(state="archived")
    ids = {"memory_ids": [str(memory.pk)]}
    asked = [(f"{URL}/{memory.pk}/forget", {}), (f"{URL}/forget", MINE | ids), (f"{URL}/restore", MINE | ids)]
    assert [stranger.post(url, body, format="json").status_code for url, body in asked] == [404, 404, 404]
    assert [APIClient().post(url, body, format="json").status_code for url, body in asked] == [401, 401, 401]
    assert (ForgetRequest.objects.count(), Memory.objects.get().state) == (0, "archived")


def test_restored_and_skipped_are_told(client, memory):
    Memory.objects.update(state="archived")
    body = MINE | {"memory_ids": [str(memory.pk), "12345"]}
    assert client.post(f"{URL}/restore", body, format="json").json() == {
        "restored": [str(memory.pk)],
        "skipped": ["12345"],
    }
    assert Memory.objects.get().state == "active"
