from datetime import UTC, datetime

import pytest

from creators.normalisers import Delivery, normalise

SENT_AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
USER = {"id": "1111", "username": "lumenkitchen", "name": "Lumen"}
POST = {"id": "1364275610764201984", "author_id": "1111", "created_at": "2026-02-23T18:07:07.000Z", "text": "Hello"}


def normalise_x(payload):
    return normalise(platform="x", payload=payload, delivery=Delivery(sent_at=SENT_AT))


def make_activity(post, users):
    return {
        "data": {
            "event_uuid": "-2780761390344937796",
            "filter": {"user_id": "1111"},
            "event_type": "post.create",
            "payload": post,
            "includes": {"users": users},
        }
    }


@pytest.mark.parametrize("user", [USER, {"data": USER}])
def test_timeline_page_resolves_authors_flat_or_wrapped(user):
    other = {**POST, "id": "2", "author_id": "999"}
    first, second = normalise_x({"data": [POST, other], "includes": {"users": [user]}, "meta": {}})
    assert (first.external_id, first.type, first.author) == ("1364275610764201984", "post", "lumenkitchen")
    assert (second.external_id, second.author) == ("2", "999")
    assert first.occurred_at == datetime(2026, 2, 23, 18, 7, 7, tzinfo=UTC)


@pytest.mark.parametrize("family", ["referenced_tweets", "referenced_posts"])
def test_references_of_both_field_families_give_the_kind(family):
    (envelope,) = normalise_x({"data": {**POST, family: [{"type": "replied_to", "id": "3"}]}})
    assert envelope.type == "post.reply"


@pytest.mark.parametrize("family", ["note_tweet", "note_post"])
def test_long_post_text_stands_in_its_note(family):
    (envelope,) = normalise_x({"data": {**POST, family: {"text": "The long version"}}})
    assert envelope.text == "The long version"


@pytest.mark.parametrize("user", [USER, {"data": USER}])
def test_activity_is_keyed_by_its_signed_uuid(user):
    payload = make_activity(POST, [user])
    (envelope,) = normalise_x(payload)
    assert (envelope.external_id, envelope.type) == ("-2780761390344937796", "post.create")
    assert (envelope.author, envelope.text, envelope.channel) == ("lumenkitchen", "Hello", "1111")
    assert envelope.payload == payload


def test_oauth_revoke_takes_its_own_time():
    body = {"date_time": "2026-07-23T21:44:05+00:00", "user_id": "1111", "app_id": "29"}
    (envelope,) = normalise_x(
        {"data": {"event_uuid": "59", "filter": {}, "event_type": "oauth.revoke", "payload": body}}
    )
    assert (envelope.type, envelope.external_id) == ("oauth.revoke", "59")
    assert envelope.occurred_at == datetime(2026, 7, 23, 21, 44, 5, tzinfo=UTC)
    assert envelope.text == "The X account 1111 revoked this app's access"


def test_unknown_activity_is_kept_raw():
    (envelope,) = normalise_x({"data": {"event_uuid": "1", "event_type": "space.magic", "payload": {"x": 1}}})
    assert (envelope.type, envelope.text) == ("space.magic", "")


@pytest.mark.parametrize(("name", "count"), [("tweet_count", 790), ("post_count", 0)])
def test_user_is_a_snapshot_in_both_field_families(name, count):
    user = {**USER, "public_metrics": {"followers_count": 5502, "following_count": 652, name: count}}
    (envelope,) = normalise_x({"data": user})
    assert (envelope.external_id, envelope.type) == ("user:1111@2026-05-01", "metrics.snapshot")
    assert envelope.text == f"@lumenkitchen: 5,502 followers, 652 following, {count} posts"


def test_legacy_envelope_gives_each_post():
    event = {
        "id": 1364275610764201984,
        "id_str": "1364275610764201984",
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "text": "Old",
        "user": {"screen_name": "lumenkitchen"},
    }
    (envelope,) = normalise_x({"for_user_id": "1111", "tweet_create_events": [event]})
    assert (envelope.external_id, envelope.type, envelope.author) == (
        "1364275610764201984",
        "post.create",
        "lumenkitchen",
    )
    assert envelope.occurred_at == datetime(2018, 10, 10, 20, 19, 24, tzinfo=UTC)


def test_legacy_envelope_without_lists_is_kept_raw():
    payload = {"for_user_id": "1111", "user_event": {"revoke": {"date_time": "2018-05-24T09:48:12+00:00"}}}
    (envelope,) = normalise_x(payload)
    assert (envelope.type, envelope.payload) == ("oauth.revoke", payload)
