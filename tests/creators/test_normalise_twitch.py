from datetime import UTC, datetime

import pytest

from creators.errors import PayloadNotUnderstood
from creators.normalisers import Delivery, normalise

SENT_AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
DELIVERY = Delivery(message_id="5b1c-message", sent_at=SENT_AT)
CHANNEL = {"broadcaster_user_id": "77", "broadcaster_user_login": "lumen", "broadcaster_user_name": "Lumen"}
VIEWER = {"user_id": "12", "user_login": "ember_fox", "user_name": "Ember_Fox"}


def event(kind, **fields):
    return {
        "subscription": {"id": "s-1", "type": kind, "version": "1", "created_at": "2025-11-16T10:11:12.634234626Z"},
        "event": {**CHANNEL, **fields},
    }


def one(payload, delivery=DELIVERY):
    (envelope,) = normalise(platform="twitch", payload=payload, delivery=delivery)
    return envelope


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("channel.cheer", {**VIEWER, "bits": 1000, "message": "pogchamp"}, "Ember_Fox cheered 1000 bits: pogchamp"),
        (
            "channel.cheer",
            {"is_anonymous": True, "user_name": None, "bits": 5, "message": ""},
            "An anonymous viewer cheered 5 bits",
        ),
        ("channel.subscribe", {**VIEWER, "tier": "1000", "is_gift": False}, "Ember_Fox subscribed at tier 1000"),
        (
            "channel.subscribe",
            {**VIEWER, "tier": "2000", "is_gift": True},
            "Ember_Fox subscribed at tier 2000 as a gift",
        ),
        (
            "channel.subscription.message",
            {**VIEWER, "tier": "1000", "cumulative_months": 9, "message": {"text": "Nine!"}},
            "Ember_Fox resubscribed at tier 1000 for 9 months: Nine!",
        ),
        (
            "channel.subscription.gift",
            {**VIEWER, "tier": "1000", "total": 5},
            "Ember_Fox gifted 5 subscriptions at tier 1000",
        ),
        ("channel.follow", {**VIEWER, "followed_at": "2026-04-30T10:00:00.123456789Z"}, "Ember_Fox followed Lumen"),
        ("stream.offline", {}, "Lumen went offline"),
        ("stream.online", {"id": "9", "type": "live", "started_at": "2026-05-01T19:59:00Z"}, "Lumen went live"),
        (
            "channel.raid",
            {"from_broadcaster_user_name": "Kite", "to_broadcaster_user_name": "Lumen", "viewers": 30},
            "Kite raided Lumen with 30 viewers",
        ),
        (
            "channel.update",
            {"title": "Bread night", "category_name": "Food & Drink"},
            "Lumen changed the stream: Bread night (Food & Drink)",
        ),
        (
            "channel.chat.message",
            {"chatter_user_name": "Ember_Fox", "message_id": "m-1", "message": {"text": "hello"}},
            "hello",
        ),
    ],
)
def test_event_becomes_sentence(kind, fields, text):
    envelope = one(event(kind, **fields))
    assert (envelope.type, envelope.text, envelope.external_id) == (kind, text, "5b1c-message")
    assert envelope.platform == "twitch"


def test_follow_time_with_nine_fraction_digits_is_cut_to_microseconds():
    envelope = one(event("channel.follow", **VIEWER, followed_at="2026-04-30T10:00:00.123456789Z"))
    assert envelope.occurred_at == datetime(2026, 4, 30, 10, 0, 0, 123456, tzinfo=UTC)


def test_event_without_time_takes_the_delivery_time():
    assert one(event("channel.cheer", **VIEWER, bits=1)).occurred_at == SENT_AT


def test_event_without_any_time_is_refused():
    with pytest.raises(PayloadNotUnderstood, match="give occurred_at"):
        normalise(platform="twitch", payload=event("channel.cheer", **VIEWER, bits=1))


def test_event_without_message_id_gets_the_same_hash_each_time():
    payload = event("channel.cheer", **VIEWER, bits=1, message="a")
    reordered = dict(reversed(payload.items()))
    first, second = one(payload, Delivery(sent_at=SENT_AT)), one(reordered, Delivery(sent_at=SENT_AT))
    assert first.external_id == second.external_id
    assert first.external_id.startswith("sha256:")
    later = one(payload, Delivery(sent_at=SENT_AT.replace(minute=1)))
    assert later.external_id != first.external_id


def test_chat_message_without_header_uses_its_own_id():
    envelope = one(event("channel.chat.message", message_id="m-9", message={"text": "hi"}), Delivery(sent_at=SENT_AT))
    assert envelope.external_id == "m-9"


def test_unknown_event_type_is_kept_raw():
    payload = event("channel.something.new", shiny={"deep": [1, 2]})
    envelope = one(payload)
    assert (envelope.type, envelope.text, envelope.payload) == ("channel.something.new", "", payload)


def test_revocation_and_challenge_are_kept_with_their_kind():
    subscription = {"type": "channel.follow", "status": "authorization_revoked", "condition": {}}
    assert one({"subscription": subscription}).type == "subscription.revocation"
    assert one({"subscription": subscription, "challenge": "c"}).type == "subscription.verification"


def test_batched_events_are_kept_whole():
    payload = {"subscription": {"type": "drop.entitlement.grant"}, "events": [{"id": "1"}]}
    assert (one(payload).type, one(payload).payload) == ("drop.entitlement.grant", payload)


def test_helix_pages_give_one_interaction_per_record():
    video = {
        "id": "335921245",
        "user_login": "lumen",
        "user_name": "Lumen",
        "title": "Bread 101",
        "description": "Start here.",
        "published_at": "2026-01-14T22:04:30Z",
        "url": "https://www.twitch.tv/videos/335921245",
        "view_count": 1,
        "duration": "3m21s",
    }
    stream = {
        "id": "9",
        "user_login": "lumen",
        "user_name": "Lumen",
        "game_name": "Food & Drink",
        "title": "Bread",
        "viewer_count": 7,
        "started_at": "2026-03-10T15:04:21Z",
    }
    first, second = normalise(platform="twitch", payload={"data": [video, stream], "pagination": {}})
    assert (first.external_id, first.type, first.text) == ("335921245", "video", "Bread 101\n\nStart here.")
    assert (second.external_id, second.type, second.text) == ("stream:9", "stream", "Live: Bread (Food & Drink)")


def test_helix_user_is_a_snapshot_of_the_day():
    user = {"id": "14", "login": "lumen", "display_name": "Lumen", "view_count": 5980557, "description": "Bread."}
    envelope = one({"data": [user]})
    assert envelope.external_id == "user:14@2026-05-01"
    assert (envelope.type, envelope.text) == ("metrics.snapshot", "Lumen: 5,980,557 views\n\nBread.")


def test_followers_without_scope_give_the_total_only():
    envelope = one({"total": 8, "data": [], "pagination": {}})
    assert (envelope.type, envelope.text, envelope.external_id) == (
        "metrics.snapshot",
        "8 followers",
        "followers@2026-05-01",
    )


def test_followers_with_scope_give_each_follower_and_the_total():
    follower = {"user_id": "w", "user_name": "Kite", "user_login": "kite", "followed_at": "2026-01-24T22:22:08Z"}
    found = normalise(platform="twitch", payload={"total": 1, "data": [follower]}, delivery=DELIVERY)
    assert [item.text for item in found] == ["Kite followed the channel", "1 followers"]
