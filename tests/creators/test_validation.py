from datetime import timedelta

import pytest

from creators.services.validation import ItemRejected, validate_item
from tests.creators.conftest import NOW

GOOD = {
    "creator": "lumenkitchen",
    "platform": "chat",
    "external_id": "m-1",
    "type": "message",
    "text": "Hello",
    "occurred_at": "2026-05-14T09:30:00+02:00",
}
CHEER = {
    "creator": "@LumenKitchen",
    "platform": "twitch",
    "occurred_at": "2026-05-14T09:30:00Z",
    "payload": {"subscription": {"type": "channel.cheer"}, "event": {"user_name": "Kite", "bits": 5, "message": ""}},
}


def nest(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def reject(item):
    with pytest.raises(ItemRejected) as caught:
        validate_item(item=item, now=NOW)
    return [(error.field, error.reason) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"creator": None}, "creator", "a creator's handle is required"),
        ({"creator": 5}, "creator", "a creator's handle is required"),
        ({"platform": "myspace"}, "platform", "must be one of youtube, twitch, x, tiktok, chat, email"),
        ({"platform": ["x"]}, "platform", "must be one of youtube, twitch, x, tiktok, chat, email"),
        ({"external_id": 5}, "external_id", "must be a string"),
        ({"external_id": " "}, "external_id", "must not be empty"),
        ({"external_id": "x" * 201}, "external_id", "longer than 200 characters"),
        ({"external_id": None}, "external_id", "required, or a payload to read it from"),
        ({"type": "x" * 81}, "type", "longer than 80 characters"),
        ({"author": "x" * 201}, "author", "longer than 200 characters"),
        ({"channel": {}}, "channel", "must be a string"),
        ({"text": 5}, "text", "must be a string"),
        ({"text": "a\0b"}, "text", "contains a NUL character"),
        ({"text": "\ud800"}, "text", "contains text that is not valid Unicode"),
        ({"text": "é" * 51_201}, "text", "larger than 102400 bytes"),
        ({"attachments": {}}, "attachments", "must be a list"),
        ({"attachments": ["x" * 70_000]}, "attachments", "larger than 65536 bytes"),
        ({"payload": []}, "payload", "must be an object"),
        ({"payload": "text"}, "payload", "must be an object"),
        ({"payload": {"a": "\0"}}, "payload", "contains a NUL character"),
        ({"payload": {"\0": 1}}, "payload", "contains a NUL character"),
        ({"payload": {"a": "\ud800"}}, "payload", "contains text that is not valid Unicode"),
        ({"payload": {"a": "x" * 262_144}}, "payload", "larger than 262144 bytes"),
        ({"payload": nest(5_000)}, "payload", "is nested deeper than 200 levels"),
        ({"payload": {"a": 2**70, "b": float("inf")}}, "payload", "cannot be written as JSON"),
        ({"occurred_at": None}, "occurred_at", "required, or a payload to read it from"),
        ({"occurred_at": "1999-12-31T23:59:59Z"}, "occurred_at", "before 2000-01-01"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", "out of range"),
        ({"occurred_at": "2026-11-01T12:05:01Z"}, "occurred_at", "more than 5 minutes in the future"),
        ({"likes": 5}, "likes", "unknown field"),
    ],
)
def test_bad_field_is_named_with_its_reason(change, field, reason):
    assert reject({**GOOD, **change}) == [(field, reason)]


@pytest.mark.parametrize(
    "written",
    ["2026-05-14T09:30:00", "2026-05-14", "20260514T093000Z", "soon", "2026-13-01T00:00:00Z", 1778700000, True, []],
)
def test_time_without_zone_or_form_is_rejected(written):
    assert reject({**GOOD, "occurred_at": written}) == [
        ("occurred_at", "must be an ISO 8601 time with a zone, like 2026-05-14T09:30:00Z")
    ]


@pytest.mark.parametrize("item", [None, 5, "text", [], [GOOD]])
def test_item_that_is_no_object_is_rejected(item):
    assert reject(item) == [("", "must be an object")]


def test_all_reasons_are_given_at_once():
    assert [field for field, _ in reject({"platform": "x", "text": 5, "odd": 1})] == ["odd", "creator", "text"]


def test_limits_are_inclusive():
    edge = {"text": "x" * 102_400, "external_id": "x" * 200, "occurred_at": (NOW + timedelta(minutes=5)).isoformat()}
    (envelope,) = validate_item(item={**GOOD, **edge}, now=NOW).envelopes
    assert len(envelope.text) == 102_400


def test_integers_beyond_64_bits_are_kept():
    (envelope,) = validate_item(item={**GOOD, "payload": {"big": 2**80}}, now=NOW).envelopes
    assert envelope.payload == {"big": 2**80}


def test_payload_fills_what_the_item_leaves_out():
    valid = validate_item(item=CHEER, now=NOW)
    (envelope,) = valid.envelopes
    assert (valid.handle, envelope.type, envelope.text) == ("lumenkitchen", "channel.cheer", "Kite cheered 5 bits")


def test_own_fields_win_over_the_payload():
    own = {"external_id": "mine", "type": "my.type", "author": "me", "channel": "here", "attachments": [{"a": 1}]}
    (envelope,) = validate_item(item={**CHEER, **own}, now=NOW).envelopes
    assert (envelope.external_id, envelope.type, envelope.author, envelope.channel) == ("mine", "my.type", "me", "here")
    assert (envelope.text, envelope.attachments) == ("Kite cheered 5 bits", [{"a": 1}])


def test_page_gives_several_records_and_takes_no_own_fields():
    posts = [{"id": str(n), "text": "Hi", "created_at": "2026-05-14T09:30:00Z"} for n in range(3)]
    item = {"creator": "lumenkitchen", "platform": "x", "payload": {"data": posts}}
    assert [envelope.external_id for envelope in validate_item(item=item, now=NOW).envelopes] == ["0", "1", "2"]
    assert reject({**item, "type": "post"}) == [("type", "cannot be given for a payload of several records")]


def test_page_of_too_many_records_is_rejected():
    posts = [{"id": str(n), "text": "", "created_at": "2026-05-14T09:30:00Z"} for n in range(101)]
    item = {"creator": "lumenkitchen", "platform": "x", "payload": {"data": posts}}
    assert reject(item) == [("payload", "holds more than 100 records")]


def test_payload_time_is_bounded_too():
    post = {"id": "1", "text": "Hi", "created_at": "2036-05-14T09:30:00Z"}
    item = {"creator": "lumenkitchen", "platform": "x", "payload": {"data": post}}
    assert reject(item) == [("occurred_at", "more than 5 minutes in the future")]


def test_creator_of_the_call_stands_in():
    item = {name: value for name, value in GOOD.items() if name != "creator"}
    assert validate_item(item=item, now=NOW, creator="lumenkitchen").handle == "lumenkitchen"
