from datetime import timedelta

import pytest

from creators.models import Creator, CreatorSummary, CreatorTerm
from creators.services.creators import update_creator
from memory.models import Memory
from memory.queries.publicity import is_public_memory
from memory.services.summaries import refresh_summary
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say
from tests.memory.discovery.conftest import consent, make_found_creator, post_video, publish

URL = "/api/v1/search/creators"


def search(client, **body):
    return client.post(URL, body, format="json")


def list_handles(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["handle"] for one in answer.json()["results"]]


@pytest.fixture
def bakers(db):
    """Two bakers and a gamer who consented, and a baker who did not."""
    found = {
        "breadana": make_found_creator("breadana", "Sourdough bread for beginners #vegan", "Rye bread at home"),
        "cakebea": make_found_creator("cakebea", "Chocolate cake in ten minutes", country="PT"),
        "pixelcy": make_found_creator("pixelcy", "Speedrun of a retro game", "Boss fight without damage"),
    }
    hidden = make_creator("hiddendee")
    post_video(hidden, 1, "Sourdough bread secrets")
    publish(hidden)
    return {**found, "hiddendee": hidden}


def test_brand_finds_consenting_creators_and_is_told_why(brand_client, bakers):
    answer = search(brand_client, query="sourdough bread")
    assert list_handles(answer)[0] == "breadana"
    assert "hiddendee" not in list_handles(answer)
    assert "pixelcy" not in list_handles(answer)
    best = answer.json()["results"][0]
    why = best["why"]
    assert {name: part["weight"] for name, part in why.items()} == {
        "semantic": 0.5,
        "popularity": 0.2,
        "recency": 0.1,
        "personalisation": 0.15,
        "diversity": 0.05,
    }
    assert sum(part["contribution"] for part in why.values()) == pytest.approx(best["score"])
    assert why["recency"]["value"] <= 1
    assert why["diversity"]["value"] == 1  # the first repeats nobody


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"tags": ["vegan"]}, ["breadana"]),
        ({"tags": ["VEGAN"], "countries": ["PT"]}, []),
        ({"countries": ["PT"]}, ["cakebea"]),
        ({"platforms": ["twitch"]}, []),
        ({"query": "#vegan"}, ["breadana"]),
        ({"query": "bread on TikTok"}, ["breadana"]),
        ({"query": "bread", "platforms": ["tiktok"], "active_since": "2026-10-31T00:00:00Z"}, []),
    ],
)
def test_filters_narrow(brand_client, bakers, filters, found):
    assert list_handles(search(brand_client, **filters)) == found


def test_withdrawn_consent_ends_being_found_at_once_also_from_the_cache(brand_client, bakers):
    assert list_handles(search(brand_client, query="bread")) == ["breadana"]
    consent(bakers["breadana"], is_granted=False)
    assert not CreatorSummary.objects.filter(creator=bakers["breadana"]).exists()
    assert not CreatorTerm.objects.filter(creator=bakers["breadana"]).exists()
    assert list_handles(search(brand_client, query="bread")) == []
    assert refresh_summary(creator_id=bakers["breadana"].pk, now=NOW) is False
    assert list_handles(search(brand_client, query="bread")) == []


def test_closed_creator_is_not_found(brand_client, bakers, owner):
    update_creator(creator=bakers["breadana"], acting_user=owner, now=NOW, is_active=False)
    assert list_handles(search(brand_client, query="bread")) == []


def test_private_things_do_not_touch_what_brands_see(brand_client, bakers):
    ana = bakers["breadana"]
    columns = ("excerpt", "tags", "platforms", "reach", "popularity", "last_active_at", "model")
    before = CreatorSummary.objects.filter(pk=ana.pk).values(*columns).get()
    embedding = CreatorSummary.objects.get(pk=ana.pk).embedding
    terms = set(CreatorTerm.objects.filter(creator=ana).values_list("term", flat=True))

    say(ana, "My rate for a sponsored video is $9,999. Zyzzogeton! My camera is the Canon EOS R6.")
    say(
        ana,
        "Brief from Zyzzogeton: contract signed, deadline Friday.",
        platform="email",
        author="lena@zyzzogeton.example",
    )
    say(ana, "Zyzzogeton told me in a DM", platform="x", type="dm", external_id="dm-1")
    say(ana, "Zyzzogeton answers", platform="x", type="post.reply", external_id="r-1")
    form(ana)
    assert Memory.objects.filter(creator=ana, text__contains="Canon EOS R6").exists()
    publish(ana)

    assert CreatorSummary.objects.filter(pk=ana.pk).values(*columns).get() == before
    assert CreatorSummary.objects.get(pk=ana.pk).embedding == embedding
    assert set(CreatorTerm.objects.filter(creator=ana).values_list("term", flat=True)) == terms
    assert list_handles(search(brand_client, query="Zyzzogeton Canon")) == []


def test_public_statement_stays_what_it_was_when_a_private_one_supersedes_it(bakers):
    ana = bakers["breadana"]
    say(ana, "My camera is the Lumix S5.", platform="x", type="post", external_id="p-1")
    publish(ana)
    assert "Lumix S5" in CreatorSummary.objects.get(pk=ana.pk).excerpt
    say(ana, "My camera is the Canon EOS R6.", at=NOW + timedelta(hours=1))
    publish(ana)
    assert Memory.objects.get(creator=ana, is_slot=True, value__contains="Lumix").state == "superseded"
    excerpt = CreatorSummary.objects.get(pk=ana.pk).excerpt
    assert "Lumix S5" in excerpt
    assert "Canon" not in excerpt


@pytest.mark.parametrize(
    ("kind", "predicate", "platform", "said", "is_public"),
    [
        ("content_knowledge", "published on TikTok", "tiktok", "video", True),
        ("creator_entity", "camera", "x", "post", True),
        ("creator_entity", "followers on TikTok", "tiktok", "metrics.snapshot", True),
        ("creator_entity", "favourite knife", "youtube", "video", True),
        ("creator_entity", "camera", "chat", "message", False),
        ("creator_entity", "camera", "email", "message", False),
        ("creator_entity", "camera", "x", "dm", False),
        ("creator_entity", "camera", "x", "post.reply", False),
        ("creator_entity", "home town", "x", "post", False),
        ("creator_entity", "rate for a sponsored video", "x", "post", False),
        ("campaign_episodic", "campaign contract signed", "x", "post", False),
        ("brand_interaction", "wrote", "x", "post", False),
        ("workflow", "workflow editing", "x", "post", False),
        ("something_new", "camera", "x", "post", False),
    ],
)
def test_only_listed_facts_from_public_channels_are_public(kind, predicate, platform, said, is_public):
    found = is_public_memory(type=kind, predicate=predicate, evidence_platform=platform, evidence_type=said)
    assert found is is_public


def test_only_members_of_a_brand_search(client, brand, brand_client, buyer, bakers):
    assert search(client, query="bread").status_code == 403
    brand.members.update(role="former")
    assert search(brand_client, query="bread").status_code == 403
    assert search(brand_client, query="bread", brand="ghost").status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("   ", 400),
        ("x" * 100_000, 400),
        ("🍞🥖✨", 200),
        ("خبز العجين المخمر", 200),
        ("पाव रोटी 面包", 200),
        ("\u202e\u200f", 200),
    ],
    ids=["empty", "blank", "huge", "emoji", "arabic", "scripts", "marks"],
)
def test_odd_queries_are_answered(brand_client, bakers, query, status):
    answer = search(brand_client, query=query)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"results": []}


def test_unknown_field_and_bad_weight_are_refused(brand_client, bakers):
    assert search(brand_client, query="bread", colour="red").status_code == 400
    assert search(brand_client, query="bread", weights={"semantic": 2}).status_code == 400


def test_weights_of_a_request_decide(brand_client, bakers):
    weights = {"semantic": 0, "popularity": 1, "recency": 0, "personalisation": 0, "diversity": 0}
    CreatorSummary.objects.filter(creator=bakers["cakebea"]).update(popularity=0.9)
    answer = search(brand_client, platforms=["tiktok"], weights=weights)
    assert list_handles(answer)[0] == "cakebea"
    assert answer.json()["results"][0]["score"] == pytest.approx(0.9)


def test_similar_creators_are_consenting_and_others(client, bakers, creator):
    post_video(creator, 1, "Sourdough bread with rye")
    publish(creator)
    answer = client.get("/api/v1/creators/lumenkitchen/similar")
    assert list_handles(answer)[0] == "breadana"
    assert "lumenkitchen" not in list_handles(answer)
    assert not CreatorSummary.objects.filter(creator=creator).exists()
    assert client.get("/api/v1/creators/hiddendee/similar").status_code == 404
    assert client.get("/api/v1/creators/breadana/similar").status_code == 200


def test_creator_without_anything_public_has_no_similar_ones(client, creator, bakers):
    assert list_handles(client.get("/api/v1/creators/lumenkitchen/similar")) == []


def test_tags_are_listed_with_the_same_queries_for_one_and_three(brand_client, bakers, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert list_handles(brand_client.get(URL, {"tag": "#Vegan"})) == ["breadana"]
    CreatorSummary.objects.update(tags=["vegan"])
    with django_assert_num_queries(2):
        assert len(list_handles(brand_client.get(URL, {"tag": "vegan"}))) == 3
    assert brand_client.get(URL).status_code == 400


def test_creators_of_the_brand_are_found_in_two_queries_from_the_cache(
    brand_client, bakers, django_assert_max_num_queries
):
    search(brand_client, query="bread")
    with django_assert_max_num_queries(3):  # the brand, its taste, the rows as they are now
        assert list_handles(search(brand_client, query="bread")) == ["breadana"]


def test_deleted_creator_leaves_nothing(bakers):
    pk = bakers["breadana"].pk
    Creator.objects.get(pk=pk).delete()
    assert CreatorSummary.objects.filter(pk=pk).count() == CreatorTerm.objects.filter(creator_id=pk).count() == 0
