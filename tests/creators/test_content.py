from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creators.errors import ContentFileRejected
from creators.models import ContentItem
from creators.normalisers.content import ContentReading, Observed, read_content
from creators.services.content import catalogue_content
from creators.services.content_files import COLUMNS, export_content, import_content
from creators.services.content_merging import ContentState, merge_reading
from tests.creators.conftest import NOW
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry


def observe(platform: str, said: str, payload: dict, **fields) -> Observed:
    values = {"external_id": "e-1", "text": "", "occurred_at": NOW, "received_at": NOW, **fields}
    return Observed(platform=platform, type=said, payload=payload, **values)


def read_at(minutes: int, **facts) -> ContentReading:
    return ContentReading(
        platform="youtube", external_id="v1", observed_at=NOW + timedelta(minutes=minutes), facts=facts
    )


def test_youtube_video_is_read():
    payload = {
        "kind": "youtube#video",
        "id": "abc",
        "snippet": {
            "title": "Bread",
            "description": "Rye #Vegan",
            "publishedAt": "2026-05-01T10:00:00Z",
            "tags": ["Baking"],
            "defaultAudioLanguage": "en",
        },
        "contentDetails": {"duration": "PT1H2M3S"},
        "status": {"privacyStatus": "unlisted"},
        "statistics": {"viewCount": "1200", "likeCount": "30"},
    }
    found = read_content(observe("youtube", "video", payload))
    assert (found.external_id, found.observed_at) == ("abc", NOW)
    assert found.facts == {
        "kind": "video",
        "title": "Bread",
        "description": "Rye #Vegan",
        "tags": ["baking", "vegan"],
        "language": "en",
        "availability": "unlisted",
        "published_at": datetime(2026, 5, 1, 10, tzinfo=UTC),
        "duration_s": 3723,
        "metrics": {"views": 1200, "likes": 30},
        "url": "https://www.youtube.com/watch?v=abc",
    }


@pytest.mark.parametrize(
    ("platform", "said", "payload", "expected"),
    [
        (
            "tiktok",
            "video",
            {"id": "t1", "title": "Cake", "create_time": 1780000000, "view_count": 7},
            ("t1", "short", "Cake"),
        ),
        (
            "twitch",
            "video",
            {"id": "9", "title": "VOD", "url": "https://t/9", "duration": "3m21s"},
            ("9", "video", "VOD"),
        ),
        ("twitch", "stream", {"id": "8", "title": "Live!", "game_name": "Chess"}, ("8", "stream", "Live!")),
        (
            "twitch",
            "stream.online",
            {"event": {"id": "8", "started_at": "2026-05-01T10:00:00Z"}},
            ("8", "stream", None),
        ),
        ("x", "post", {"id": "77", "text": "Hello\nworld", "lang": "en"}, ("77", "post", "Hello")),
        ("x", "post.create", {"data": {"payload": {"id": "78", "text": "Hi"}}}, ("78", "post", "Hi")),
        ("youtube", "feed.entry", {"video_id": "abc", "title": "Bread"}, ("abc", "video", "Bread")),
    ],
)
def test_other_platforms_are_read(platform, said, payload, expected):
    found = read_content(observe(platform, said, payload))
    assert (found.external_id, found.facts["kind"], found.facts.get("title")) == expected


def test_plain_item_is_read_from_its_text():
    found = read_content(observe("youtube", "video", {}, text="Bread\nall about rye", external_id="e-9"))
    assert (found.external_id, found.facts["title"], found.facts["description"]) == ("e-9", "Bread", "all about rye")


@pytest.mark.parametrize(
    ("platform", "said", "payload"),
    [
        ("chat", "message", {}),
        ("email", "video", {}),
        ("x", "dm", {"id": "1", "text": "hi"}),
        ("youtube", "video", {}),
        ("youtube", "video", {"snippet": "no object"}),
        ("tiktok", "video", {"id": None, "title": 5}),
        ("x", "post", {"text": "", "id": ""}),
        ("youtube", "feed.deleted", {}),
    ],
)
def test_what_names_no_item_is_none(platform, said, payload):
    assert read_content(observe(platform, said, payload)) is None


NAMES = ["id", "snippet", "title", "text", "event", "statistics", "data", "payload", "public_metrics", "duration"]
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
PAYLOADS = st.dictionaries(
    st.sampled_from([*NAMES, "create_time", "tags", "contentDetails"]),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
        max_leaves=12,
    ),
)


@given(
    PAYLOADS,
    st.sampled_from(["youtube", "tiktok", "twitch", "x"]),
    st.sampled_from(["video", "stream", "post", "feed.entry"]),
)
def test_any_payload_is_read_or_passed_over(payload, platform, said):
    found = read_content(observe(platform, said, payload))
    assert found is None or found.external_id


READINGS = [
    read_at(1, title="A", description="first", metrics={"views": 1}),
    read_at(2, title="B", metrics={"views": 5}),
    read_at(3, metrics={"views": 3}),
    read_at(2, title="C"),
    read_at(0, availability="deleted"),
    read_at(9, availability="public"),
]


@pytest.mark.parametrize("order", list(permutations(range(6)))[::7])
def test_order_of_observations_does_not_matter(order):
    state = ContentState()
    for place in order:
        state = merge_reading(state, READINGS[place])
    assert state.facts == {
        "title": "C",
        "description": "first",
        "metrics": {"views": 3},  # counters fall legitimately: the newest snapshot wins, not the highest
        "availability": "deleted",
    }


def test_catalogue_is_idempotent_and_announced(creator):
    readings = [read_at(1, title="A", kind="video"), read_at(2, metrics={"views": 4})]
    done = catalogue_content(creator_id=creator.pk, readings=readings, now=NOW)
    assert (done.created, done.changed) == (1, 0)
    item = ContentItem.objects.get()
    assert (item.title, item.metrics, item.metrics_at) == ("A", {"views": 4}, NOW + timedelta(minutes=2))
    again = catalogue_content(creator_id=creator.pk, readings=readings, now=NOW)
    assert (again.created, again.changed, again.content_ids) == (0, 0, [])
    older = catalogue_content(creator_id=creator.pk, readings=[read_at(0, title="Old")], now=NOW)
    assert (older.changed, ContentItem.objects.get().title) == (0, "A")
    newer = catalogue_content(creator_id=creator.pk, readings=[read_at(5, title="New")], now=NOW)
    assert (newer.changed, ContentItem.objects.get().title) == (1, "New")
    assert Event.objects.filter(name="content.recorded").count() == 2


HEADER = "creator,platform,external_id,title,tags,metrics,availability\n"


def test_good_rows_are_taken_and_bad_ones_named(creator, owner):
    rows = [
        'lumenkitchen,youtube,v1,Bread,"vegan,#Rye","{""views"": 10}",public',
        "ghost,youtube,v2,Cake,,,",
        "lumenkitchen,myspace,v3,Cake,,,",
        "lumenkitchen,youtube,,Cake,,,",
        "lumenkitchen,youtube,v4,Cake,,12,",
        "lumenkitchen,youtube,v5,Cake,,,gone",
        "lumenkitchen,youtube,v6",
    ]
    done = import_content(data=(HEADER + "\n".join(rows)).encode(), acting_user=owner, reason="list", now=NOW)
    assert (done.created, done.changed) == (1, 0)
    assert [(one.line, one.reason.split(":")[0]) for one in done.errors] == [
        (3, "creator"),
        (4, "platform"),
        (5, "external_id"),
        (6, "metrics"),
        (7, "availability"),
        (8, "the row has more or fewer cells than the header"),
    ]
    item = ContentItem.objects.get()
    assert (item.title, item.tags, item.metrics) == ("Bread", ["vegan", "rye"], {"views": 10})
    assert AuditEntry.objects.get().after == {"created": 1, "changed": 0, "refused": 6}


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00", b"a,b\n1,2\n", b"creator,platform\n", b"x" * 6_000_000, HEADER.encode() + b'"open'],
    ids=["not utf-8", "unknown columns", "missing columns", "too large", "open quote"],
)
def test_file_that_cannot_be_read_is_refused_whole(creator, owner, data):
    with pytest.raises(ContentFileRejected):
        import_content(data=data, acting_user=owner, reason="r", now=NOW)
    assert ContentItem.objects.count() == AuditEntry.objects.count() == 0


def test_export_is_read_back_the_same_and_runs_in_no_spreadsheet(creator, owner):
    facts = {
        "title": "=cmd|'/c calc'!A1",
        "tags": ["rye"],
        "metrics": {"views": 3},
        "published_at": NOW,
        "duration_s": 9,
    }
    catalogue_content(creator_id=creator.pk, readings=[read_at(-9, **facts)], now=NOW)
    text = "".join(export_content(items=ContentItem.objects.select_related("creator")))
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert "'=cmd" in text
    before = ContentItem.objects.values(*(name for name in COLUMNS if name != "creator")).get()
    done = import_content(data=text.encode(), acting_user=owner, reason="r", now=NOW)
    assert done.errors == []
    assert ContentItem.objects.values(*(name for name in COLUMNS if name != "creator")).get() == before


def test_api_lists_filters_and_hides_what_was_deleted(client, stranger_client, creator, django_assert_num_queries):
    def add(*names):
        readings = [
            ContentReading(
                platform="youtube", external_id=name, observed_at=NOW, facts={"title": name, "tags": ["rye"]}
            )
            for name in names
        ]
        catalogue_content(creator_id=creator.pk, readings=readings, now=NOW)

    add("a")
    with django_assert_num_queries(2):
        assert len(client.get("/api/v1/content?creator=lumenkitchen").json()["results"]) == 1
    add("b", "c")
    with django_assert_num_queries(2):
        assert len(client.get("/api/v1/content?creator=lumenkitchen&tag=Rye").json()["results"]) == 3
    gone = ContentReading(platform="youtube", external_id="a", observed_at=NOW, facts={"availability": "deleted"})
    catalogue_content(creator_id=creator.pk, readings=[gone], now=NOW)
    titles = [one["title"] for one in client.get("/api/v1/content?creator=lumenkitchen").json()["results"]]
    assert titles == ["c", "b"]
    pk = ContentItem.objects.get(external_id="b").pk
    assert client.get(f"/api/v1/content/{pk}").json()["title"] == "b"
    assert stranger_client.get(f"/api/v1/content/{pk}").status_code == 404
    assert client.get("/api/v1/content?creator=lumenkitchen&kind=opera").status_code == 400
