from datetime import timedelta

import pytest

from creators.models import ContentItem, CreatorSummary
from memory.models import RecommendationSet
from memory.queries.diversity import choose_diverse
from memory.services.recommendations import remove_expired_recommendations
from memory.services.summaries import refresh_stale_summaries, refresh_summary
from tests.conftest import NOW
from tests.memory.discovery.conftest import consent, make_found_creator, post_video, publish
from tests.memory.discovery.test_feedback import give

URL = "/api/v1/recommendations"


def list_items(answer) -> list[dict]:
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


@pytest.fixture
def bakers(db, monkeypatch):
    found = [
        make_found_creator("breadana", "Sourdough bread in an oven"),
        make_found_creator("breadbob", "Bread and rolls from the oven"),
        make_found_creator("pixelcy", "Speedrun of a retro game"),
    ]
    return {one.handle: one for one in found}


def test_brand_gets_creators_and_they_are_kept_for_a_day(brand_client, brand, bakers):
    items = list_items(brand_client.get(URL, {"kind": "creators"}))
    assert {one["handle"] for one in items} == {"breadana", "breadbob"}
    assert sum(items[0]["why"].values()) == pytest.approx(items[0]["score"])
    kept = RecommendationSet.objects.get()
    assert kept.expires_at - kept.computed_at == timedelta(hours=24)
    list_items(brand_client.get(URL, {"kind": "creators"}))
    assert RecommendationSet.objects.get().computed_at == kept.computed_at


def test_who_withdrew_is_gone_at_once_and_what_is_new_comes(transactional_db, brand_client, brand, bakers):
    list_items(brand_client.get(URL, {"kind": "creators"}))
    kept = RecommendationSet.objects.get()
    consent(bakers["breadana"], is_granted=False)
    assert [one["handle"] for one in list_items(brand_client.get(URL, {"kind": "creators"}))] == ["breadbob"]
    assert RecommendationSet.objects.get().computed_at > kept.computed_at
    make_found_creator("breadcat", "Oven bread for cats")
    assert {one["handle"] for one in list_items(brand_client.get(URL, {"kind": "creators"}))} == {
        "breadbob",
        "breadcat",
    }


def test_seen_creators_are_left_out(brand_client, brand, bakers):
    give(brand_client, "breadana", target_kind="creator", brand="ovenly")
    assert [one["handle"] for one in list_items(brand_client.get(URL, {"kind": "creators"}))] == ["breadbob"]


def test_ideas_are_what_does_well_elsewhere_and_is_not_covered(client, creator, bakers):
    post_video(creator, 1, "Bread from my oven #rolls")
    publish(creator)
    ana = bakers["breadana"]
    for number, (title, views) in enumerate(
        [("Oven bread plain", 100), ("Oven bread #pizza", 900), ("Oven bread #rolls", 900), ("Oven #toast", 100)],
        start=10,
    ):
        post_video(ana, number, title, views=views)
    publish(ana)
    items = list_items(client.get(URL, {"kind": "content_ideas", "creator": "lumenkitchen"}))
    assert [one["topic"] for one in items] == ["pizza"]
    assert items[0]["gain"] == 9.0
    item = ContentItem.objects.get(title="Oven bread #pizza")
    assert items[0]["evidence"] == [
        {
            "content_id": str(item.pk),
            "handle": "breadana",
            "title": "Oven bread #pizza",
            "views": 900,
            "gain": 9.0,
        }
    ]
    consent(ana, is_granted=False)
    assert list_items(client.get(URL, {"kind": "content_ideas", "creator": "lumenkitchen"})) == []


def test_campaigns_are_empty_until_there_are_any(client, creator):
    assert list_items(client.get(URL, {"kind": "campaigns", "creator": "lumenkitchen"})) == []


@pytest.mark.parametrize(
    ("parameters", "status"),
    [({}, 400), ({"kind": "planets"}, 400), ({"kind": "content_ideas"}, 400), ({"kind": "creators"}, 403)],
)
def test_bad_question_is_refused(client, creator, parameters, status):
    assert client.get(URL, parameters).status_code == status


def test_expired_sets_are_removed(brand):
    values = {"brand": brand, "generation": "g", "computed_at": NOW}
    RecommendationSet.objects.create(kind="creators", expires_at=NOW, **values)
    RecommendationSet.objects.create(kind="campaigns", expires_at=NOW + timedelta(seconds=1), **values)
    assert remove_expired_recommendations(now=NOW) == 1
    assert RecommendationSet.objects.get().kind == "campaigns"


def test_diversity_chooses_another_before_a_copy():
    import numpy as np  # only here

    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert choose_diverse(scores=[0.9, 0.8, 0.7], vectors=vectors, weight=0.3, limit=3) == [
        (0, 1.0),
        (2, 1.0),
        (1, 0.0),
    ]
    assert [place for place, _ in choose_diverse(scores=[0.9, 0.8, 0.7], vectors=vectors, weight=0.0, limit=2)] == [
        0,
        1,
    ]
    assert choose_diverse(scores=[], vectors=np.zeros((0, 1)), weight=0.3, limit=3) == []


def test_popularity_is_a_percentile_and_youtube_counts_only_when_accepted(bakers, settings):
    ana, bob = bakers["breadana"], bakers["breadbob"]
    for creator, views in ((ana, 100), (bob, 10_000)):
        ContentItem.objects.filter(creator=creator).update(metrics={"views": views})
    refresh_stale_summaries(before=NOW + timedelta(days=1), now=NOW)
    ranked = dict(CreatorSummary.objects.values_list("creator__handle", "popularity"))
    assert ranked == pytest.approx({"breadana": 0.333333, "pixelcy": 0.333333, "breadbob": 0.833333}, abs=1e-5)
    ContentItem.objects.filter(creator=bob).update(platform="youtube")
    refresh_summary(creator_id=bob.pk, now=NOW)
    assert CreatorSummary.objects.get(creator=bob).reach is None
    settings.YOUTUBE_DERIVED_ACCEPTED = True
    refresh_summary(creator_id=bob.pk, now=NOW)
    assert CreatorSummary.objects.get(creator=bob).reach == pytest.approx(4.0000434)
