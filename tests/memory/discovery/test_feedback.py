import numpy as np
import pytest

from creators.models import ContentItem
from memory.models import Feedback, PreferenceProfile
from memory.queries.own_vectors import get_target_vector
from memory.queries.providers import get_discovery_space
from memory.services.feedback import SEEN, move_average
from memory.services.session_context import read_session
from tests.memory.conftest import make_creator
from tests.memory.discovery.conftest import make_found_creator, post_video, publish

URL = "/api/v1/feedback"


def give(client, target_id, action="view", **body):
    values = {"target_kind": "content", "target_id": str(target_id), "action": action, **body}
    key = values.pop("key", None)
    return client.post(URL, values, format="json", headers={"Idempotency-Key": key} if key else {})


@pytest.fixture
def items(db):
    creator = make_found_creator("breadana", "Rye bread", "Chocolate cake")
    return list(ContentItem.objects.filter(creator=creator).order_by("external_id"))


def test_completion_moves_the_taste_and_less_does_not(client, owner, items):
    assert give(client, items[0].pk, "complete", completion=0.7).status_code == 201
    assert PreferenceProfile.objects.get().embedding is None
    give(client, items[0].pk, "complete", completion=0.71)
    first = np.array(PreferenceProfile.objects.get().embedding)
    assert first == pytest.approx(get_target_vector(kind="content", target_id=items[0].pk), abs=1e-3)
    give(client, items[1].pk, "complete", completion=1)
    profile = PreferenceProfile.objects.get(user=owner)
    expected = 0.9 * first + 0.1 * get_target_vector(kind="content", target_id=items[1].pk)
    assert np.array(profile.embedding) == pytest.approx(expected, abs=2e-3)
    assert (profile.moved, profile.model) == (2, get_discovery_space().model)
    assert profile.seen == [["content", items[0].pk], ["content", items[1].pk]]
    assert read_session(subject=f"user:{owner.pk}") is not None


def test_likes_ratings_and_saves_are_kept_and_move_nothing(client, items):
    assert give(client, items[0].pk, "like").json()["rating"] is None
    assert give(client, items[0].pk, "rate", rating=5).json()["rating"] == 5
    give(client, items[0].pk, "save")
    assert Feedback.objects.count() == 3
    assert PreferenceProfile.objects.count() == 0


def test_repeat_with_the_same_key_is_kept_once(client, items):
    answers = [give(client, items[0].pk, "like", key="k-1").json()["id"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"action": "rate"},
        {"action": "rate", "rating": 6},
        {"action": "rate", "rating": 3, "completion": 0.5},
        {"action": "complete"},
        {"action": "complete", "completion": 1.01},
        {"action": "complete", "completion": "NaN"},
        {"action": "view", "rating": 3},
        {"action": "shout"},
        {"action": "view", "target_kind": "planet"},
        {"action": "view", "mood": "good"},
    ],
)
def test_bad_feedback_is_refused(client, items, body):
    assert give(client, items[0].pk, **body).status_code == 400
    assert Feedback.objects.count() == PreferenceProfile.objects.count() == 0


def test_what_may_not_be_seen_cannot_be_judged(client, items):
    hidden = make_creator("hiddendee")
    publish(hidden, post_video(hidden, 1, "Secret bread"))
    private = ContentItem.objects.get(creator=hidden)
    assert give(client, private.pk).status_code == 404
    ContentItem.objects.filter(pk=items[0].pk).update(availability="private")
    assert give(client, items[0].pk).status_code == 404
    assert give(client, "hiddendee", target_kind="creator").status_code == 404
    assert give(client, "999999").status_code == 404
    assert give(client, "x", target_kind="memory").status_code == 404
    assert Feedback.objects.count() == 0
    assert give(client, "breadana", target_kind="creator").status_code == 201


def test_brand_has_a_taste_of_its_own(brand_client, brand, buyer, items):
    give(brand_client, items[0].pk, "complete", completion=1, brand="ovenly")
    assert PreferenceProfile.objects.values_list("user", "brand").get() == (None, brand.pk)
    assert Feedback.objects.values_list("user", "brand").get() == (buyer.pk, brand.pk)
    assert give(brand_client, items[0].pk, brand="ghost").status_code == 403


def test_last_fifty_are_remembered(client, owner, items):
    PreferenceProfile.objects.create(
        user=owner, seen=[["memory", n] for n in range(SEEN)], updated_at="2026-11-01T00:00Z"
    )
    give(client, items[0].pk)
    seen = PreferenceProfile.objects.get().seen
    assert (len(seen), seen[0], seen[-1]) == (50, ["memory", 1], ["content", items[0].pk])


def test_first_vector_is_taken_whole_and_a_new_dimension_starts_anew():
    one, two = np.ones(2, dtype=np.float32), np.zeros(3, dtype=np.float32)
    assert move_average(None, one).tolist() == [1, 1]
    assert move_average(one, two).tolist() == [0, 0, 0]
