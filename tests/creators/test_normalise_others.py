from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creators.enums import Platform
from creators.errors import PayloadNotUnderstood
from creators.normalisers import Delivery, normalise
from creators.normalisers.reading import parse_instant

SENT_AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
DELIVERY = Delivery(sent_at=SENT_AT)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KNOWN_KEYS = st.sampled_from(
    [
        "data",
        "subscription",
        "event",
        "events",
        "kind",
        "items",
        "snippet",
        "id",
        "text",
        "includes",
        "users",
        "videos",
        "create_time",
        "content",
        "event_uuid",
        "tweet_create_events",
        "user_event",
        "user",
        "total",
        "login",
        "replies",
    ]
)


def normalise_one(platform, payload, delivery=DELIVERY):
    (envelope,) = normalise(platform=platform, payload=payload, delivery=delivery)
    return envelope


def test_tiktok_videos_have_string_ids_and_times_in_seconds():
    video = {"id": "1234123412345678567", "create_time": 1777800000, "title": "Rye", "video_description": "Rye bread"}
    envelope = normalise_one("tiktok", {"data": {"videos": [video], "has_more": False}, "error": {"code": "ok"}})
    assert (envelope.external_id, envelope.type, envelope.text) == ("1234123412345678567", "video", "Rye\n\nRye bread")
    assert envelope.occurred_at == datetime(2026, 5, 3, 9, 20, tzinfo=UTC)


def test_tiktok_user_is_a_snapshot():
    user = {"open_id": "o-1", "display_name": "Lumen", "follower_count": 12000, "likes_count": 9, "video_count": 3}
    envelope = normalise_one("tiktok", {"data": {"user": user}, "error": {"code": "ok"}})
    assert (envelope.external_id, envelope.type) == ("user:o-1@2026-05-01", "metrics.snapshot")
    assert envelope.text == "Lumen: 12,000 followers, 9 likes, 3 videos"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"reason": 1 }', "TikTok access was removed: the user disconnected the app"),
        ("not json", "TikTok access was removed: reason not given"),
    ],
)
def test_tiktok_webhook_reads_json_inside_its_string(content, text):
    payload = {
        "client_key": "k",
        "event": "authorization.removed",
        "create_time": 1615338610,
        "user_openid": "act.1",
        "content": content,
    }
    envelope = normalise_one("tiktok", payload)
    assert (envelope.type, envelope.text, envelope.payload) == ("authorization.removed", text, payload)
    assert envelope.occurred_at == datetime(2021, 3, 10, 1, 10, 10, tzinfo=UTC)


def test_tiktok_webhook_id_covers_event_user_time_and_content():
    payload = {"event": "video.upload.failed", "create_time": 1, "user_openid": "a", "content": "{}"}
    first = normalise_one("tiktok", payload).external_id
    assert normalise_one("tiktok", {**payload, "client_key": "other"}).external_id == first
    assert normalise_one("tiktok", {**payload, "content": "{ }"}).external_id != first


def test_email_leads_with_its_subject():
    payload = {
        "message_id": "<1@mail.example>",
        "from": "partners@oak.example",
        "to": "me@lumen.example",
        "subject": "Re: integration",
        "body": "We agreed on $2,400.",
        "date": "2026-05-14T10:00:00+02:00",
    }
    envelope = normalise_one("email", payload)
    assert (envelope.external_id, envelope.author) == ("<1@mail.example>", "partners@oak.example")
    assert envelope.text == "Re: integration\n\nWe agreed on $2,400."
    assert envelope.occurred_at == datetime(2026, 5, 14, 8, 0, tzinfo=UTC)


def test_chat_message_is_its_text():
    payload = {"id": "m1", "channel": "#team", "author": "ana", "text": "Draft on Friday.", "ts": 1777800000000}
    envelope = normalise_one("chat", payload)
    assert (envelope.external_id, envelope.channel, envelope.text) == ("m1", "#team", "Draft on Friday.")
    assert envelope.occurred_at == datetime(2026, 5, 3, 9, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2020-07-15T18:16:11.17106713Z", datetime(2020, 7, 15, 18, 16, 11, 171067, tzinfo=UTC)),
        ("2020-07-15T18:16:11.1234567Z", datetime(2020, 7, 15, 18, 16, 11, 123456, tzinfo=UTC)),
        ("2020-07-15T20:16:11+02:00", datetime(2020, 7, 15, 18, 16, 11, tzinfo=UTC)),
        (1594836971, datetime(2020, 7, 15, 18, 16, 11, tzinfo=UTC)),
        (1594836971000, datetime(2020, 7, 15, 18, 16, 11, tzinfo=UTC)),
        ("1594836971000", datetime(2020, 7, 15, 18, 16, 11, tzinfo=UTC)),
        ("2020-07-15T18:16:11", None),
        ("yesterday", None),
        (10**17, None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_instants_are_read_in_every_platform_form(written, expected):
    assert parse_instant(written) == expected


def test_unknown_platform_is_refused():
    with pytest.raises(PayloadNotUnderstood, match="Unknown platform"):
        normalise(platform="myspace", payload={})


@given(
    payload=st.dictionaries(KNOWN_KEYS | st.text(), JSON_VALUES, max_size=6), platform=st.sampled_from(Platform.values)
)
def test_any_object_is_normalised_or_refused(payload, platform):
    try:
        found = normalise(platform=platform, payload=payload, delivery=DELIVERY)
    except PayloadNotUnderstood:
        return
    for envelope in found:
        assert isinstance(envelope.external_id, str)
        assert 0 < len(envelope.external_id) <= 200
        assert 0 < len(envelope.type) <= 80
        assert envelope.occurred_at.tzinfo is not None
