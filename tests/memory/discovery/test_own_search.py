from datetime import timedelta

import pytest

from creators.models import ContentItem, Interaction
from creators.services.ingest import NewInteraction, record_interactions
from memory.services.own_search import OwnQuestion, search_own
from memory.stores import MongoNarrowingStore, Narrowing, PostgresNarrowingStore, Target
from migration.registry import iterate_specs
from migration.services.backfill import run_backfill
from tests.conftest import NOW
from tests.console.conftest import switch
from tests.memory.conftest import form, make_creator, say
from tests.memory.discovery.conftest import post_video, publish
from veri.platform.events.models import Event
from veri.platform.events.registry import find_subscriber

URL = "/api/v1/search"


def search(client, **body):
    return client.post(URL, {"creator": "lumenkitchen", **body}, format="json")


def list_texts(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [(one["memory"] or one["interaction"])["text"] for one in answer.json()["results"]]


@pytest.fixture
def said(creator):
    say(creator, "The rye bread dough rises overnight", at=NOW - timedelta(days=40))
    say(creator, "Rye bread on camera #vegan", platform="x", type="post", at=NOW - timedelta(days=3))
    say(creator, "Sponsored by Ovenly: rye bread oven test", platform="tiktok", type="post", at=NOW - timedelta(days=2))
    say(make_creator("stranger"), "Rye bread of somebody else")
    form(creator)
    return creator


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"query": "rye bread", "kinds": ["interaction"]}, 3),
        ({"query": "rye bread on TikTok", "kinds": ["interaction"]}, 1),
        ({"query": "rye bread with #vegan", "kinds": ["interaction"]}, 1),
        ({"query": "rye bread for Ovenly", "kinds": ["interaction"]}, 1),
        ({"query": "rye bread", "kinds": ["interaction"], "brands": ["Ovenly"], "platforms": ["x"]}, 0),
        ({"query": "rye bread", "kinds": ["interaction"], "since": (NOW - timedelta(days=5)).isoformat()}, 2),
        ({"query": "rye bread", "kinds": ["interaction"], "until": (NOW - timedelta(days=5)).isoformat()}, 1),
        ({"query": "#vegan", "kinds": ["interaction"]}, 1),
        ({"query": "on TikTok"}, 1),
        ({"query": "zebra quartz"}, 0),
        ({"query": "🍞🥖"}, 0),
        ({"query": "خبز العجين"}, 0),
    ],
)
def test_filters_written_and_given_narrow(client, said, body, expected):
    assert len(list_texts(search(client, **body))) == expected


def test_filters_in_force_are_told(client, said):
    told = search(client, query="rye bread on X with #vegan").json()["filters"]
    assert (told["platforms"], told["tags"], told["since"]) == (["x"], ["vegan"], None)


@pytest.mark.parametrize("body", [{"query": ""}, {"query": " "}, {"query": "x" * 100_000}, {}, {"query": 5}])
def test_bad_question_is_refused(client, creator, body):
    assert search(client, **body).status_code == 400


def test_creator_without_anything_finds_nothing(client, creator):
    assert search(client, query="rye bread").json()["results"] == []


def test_anothers_memory_is_not_found(client, said):
    assert client.post(URL, {"creator": "stranger", "query": "rye"}, format="json").status_code == 404


def test_cached_answer_shows_neither_what_was_deleted_nor_hides_what_is_new(transactional_db, client, said):
    assert len(list_texts(search(client, query="rye dough", kinds=["interaction"]))) == 3
    Interaction.objects.filter(text__startswith="The rye").delete()
    assert len(list_texts(search(client, query="rye dough", kinds=["interaction"]))) == 2
    row = NewInteraction(
        creator_id=said.pk, platform="chat", external_id="n", type="message", text="dough", occurred_at=NOW
    )
    record_interactions(items=[row], now=NOW)
    assert "dough" not in list_texts(search(client, query="rye dough", kinds=["interaction"]))  # not indexed yet
    event = Event.objects.get(name="interactions.recorded")
    find_subscriber(event=event.name, name="memory.formation").handle(payload=event.payload)
    assert "dough" in list_texts(search(client, query="rye dough", kinds=["interaction"]))


def test_content_is_found_by_words_transcript_and_filters(client, creator):
    publish(creator, post_video(creator, 1, "Rye bread #vegan"), post_video(creator, 2, "Chocolate cake"))
    ContentItem.objects.filter(external_id="lumenkitchen-2").update(transcript="then fold in the cardamom")
    from memory.services.content_index import index_content  # the item changed

    assert index_content(creator_id=creator.pk, content_ids=[one.pk for one in ContentItem.objects.all()]) == 1

    def find(**body):
        return [one["content"]["title"] for one in search(client, **body).json()["content"]]

    assert find(query="rye bread")[0] == "Rye bread #vegan"
    assert find(query="cardamom")[0] == "Chocolate cake"
    assert find(query="bread with #vegan") == ["Rye bread #vegan"]
    assert find(query="bread on YouTube") == []
    assert find(query="bread", kinds=["memory"]) == []


def test_both_stores_narrow_alike(transactional_db, mongo, said):
    switch("USE_MONGO", is_on=True)
    for spec in iterate_specs():
        run_backfill(name=spec.name, actor="test", reason="a test needs it", clock=lambda: NOW)
    targets = [Target("interaction", pk) for pk in Interaction.objects.values_list("pk", flat=True)]
    targets += [Target("memory", pk) for pk in said.memories.values_list("pk", flat=True)]
    for narrowing in (
        Narrowing(platforms=frozenset({"tiktok"})),
        Narrowing(terms=frozenset({"vegan"})),
        Narrowing(types=frozenset({"content_knowledge"})),
        Narrowing(since=NOW - timedelta(days=5)),
        Narrowing(until=NOW - timedelta(days=5)),
        Narrowing(platforms=frozenset({"x"}), terms=frozenset({"rye", "bread"}), since=NOW - timedelta(days=9)),
    ):
        found = [
            store.keep_wanted(creator_id=said.pk, targets=targets, narrowing=narrowing)
            for store in (PostgresNarrowingStore(), MongoNarrowingStore())
        ]
        assert found[0] == found[1], narrowing
        assert found[0], narrowing


def test_search_takes_the_same_queries_for_one_and_three(said, django_assert_max_num_queries):
    for limit in (1, 3):
        with django_assert_max_num_queries(24):
            found = search_own(question=OwnQuestion(creator_id=said.pk, query="rye bread", limit=limit), now=NOW)
        assert len(found.results) == limit
