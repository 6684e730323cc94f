"""Published and constructed vectors of every platform's signatures; a wrong byte never verifies."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from creators.clients.signatures import DeliveryRefused
from creators.clients.tiktok import webhooks as tiktok
from creators.clients.twitch import webhooks as twitch
from creators.clients.x import webhooks as x
from creators.clients.youtube import webhooks as youtube

# Twitch's own example values (dev.twitch.tv's command-line tool); the body is written as it was signed.
TWITCH_SECRET = "secretabcd"
TWITCH_BODY = (
    b'{"subscription":{"id":"ae2ff348-e102-16be-a3eb-6830c1bf38d2","status":"enabled","type":"channel.follow",'
    b'"version":"1","condition":{"broadcaster_user_id":"44429626"},"transport":{"method":"webhook","callback":"null"},'
    b'"created_at":"2021-02-19T23:47:00.7621315Z"},"event":{"user_id":"28408015","user_login":"testFromUser",'
    b'"user_name":"testFromUser","broadcaster_user_id":"44429626","broadcaster_user_login":"44429626",'
    b'"broadcaster_user_name":"testBroadcaster"}}'
)
TWITCH_HEADERS = {
    "twitch-eventsub-message-id": "ae2ff348-e102-16be-a3eb-6830c1bf38d2",
    "twitch-eventsub-message-timestamp": "2021-02-19T23:47:00.8091512Z",
    "twitch-eventsub-message-type": "notification",
    "twitch-eventsub-message-signature": ("sha256=d10f5bd9474b7ac7bd7105eb79c2d52768b4d0cd2a135982c3bf5a1d59a78823"),
}
TWITCH_NOW = datetime(2021, 2, 19, 23, 50, tzinfo=UTC)
SECRET = "a-secret-of-the-test"
FEED = (
    b'<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><entry>'
    b"<yt:videoId>v1</yt:videoId><yt:channelId>UC1</yt:channelId><title>Bread</title>"
    b"<published>2026-11-01T10:00:00+00:00</published><updated>2026-11-01T10:00:00+00:00</updated></entry></feed>"
)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def digest(message, algorithm="sha256"):
    return hmac.new(SECRET.encode(), message, algorithm)


def refused(verify, **given):
    with pytest.raises(DeliveryRefused) as refusal:
        verify(**given)
    return refusal.value.reason


def verify_twitch(*, body=TWITCH_BODY, now=TWITCH_NOW, secret=TWITCH_SECRET, **headers):
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return twitch.verify(headers=TWITCH_HEADERS | changed, body=body, secret=secret, now=now)


def test_twitch_vector_holds():
    found = verify_twitch()
    assert (found.message_id, found.kind, found.account_id) == (
        "ae2ff348-e102-16be-a3eb-6830c1bf38d2", "channel.follow", "44429626",
    )  # fmt: skip


def test_twitch_challenge_vector_is_answered():
    body = (
        b'{"challenge":"11535768-497e-14ec-8197-ba2cb5341a01","subscription":{"id":"8d8fa82b-9792-79da-4e11-a6fa58a7a582",'
        b'"status":"webhook_callback_verification_pending","type":"channel.subscribe","version":"1","condition":'
        b'{"broadcaster_user_id":"88525095"},"transport":{"method":"webhook","callback":'
        b'"http://localhost:80/twitch/eventsub"},"created_at":"2022-02-06T04:03:24.2706497Z","cost":0}}'
    )
    headers = {
        "twitch-eventsub-message-id": "8d8fa82b-9792-79da-4e11-a6fa58a7a582",
        "twitch-eventsub-message-timestamp": "2022-02-06T04:03:24.2726598Z",
        "twitch-eventsub-message-type": "webhook_callback_verification",
        "twitch-eventsub-message-signature": (
            "sha256=091f6a5c74fba820f2d50e9d0c5e7650556ee009375af2cc662e610e670bc412"
        ),
    }
    now = datetime(2022, 2, 6, 4, 4, tzinfo=UTC)
    found = twitch.verify(headers=headers, body=body, secret="HELLOabc2321", now=now)
    assert found.answer == "11535768-497e-14ec-8197-ba2cb5341a01"


@pytest.mark.parametrize("position", range(0, len(TWITCH_BODY), 61))
def test_twitch_wrong_byte_never_holds(position):
    body = bytearray(TWITCH_BODY)
    body[position] ^= 1
    assert refused(verify_twitch, body=bytes(body)) == "bad_signature"


def test_twitch_written_again_does_not_hold():
    assert refused(verify_twitch, body=json.dumps(json.loads(TWITCH_BODY)).encode()) == "bad_signature"


def test_twitch_window_is_ten_minutes_both_ways():
    sent = datetime(2021, 2, 19, 23, 47, 0, 809151, tzinfo=UTC)
    for apart in (timedelta(minutes=10), -timedelta(minutes=10)):
        assert verify_twitch(now=sent + apart).kind == "channel.follow"
    assert refused(verify_twitch, now=datetime(2021, 2, 19, 23, 57, 1, tzinfo=UTC)) == "stale"
    assert refused(verify_twitch, now=sent - timedelta(minutes=10, seconds=1)) == "stale"


def test_twitch_time_and_id_are_signed():
    later = "2021-02-19T23:47:01.8091512Z"
    assert refused(verify_twitch, twitch_eventsub_message_timestamp=later) == "bad_signature"
    assert refused(verify_twitch, twitch_eventsub_message_id="another") == "bad_signature"
    assert refused(verify_twitch, twitch_eventsub_message_signature="") == "malformed"
    assert refused(verify_twitch, twitch_eventsub_message_signature="sha256=é") == "bad_signature"


def test_x_crc_and_signature():
    secret = "veri-consumer-secret"
    assert (
        x.answer_crc(token="challenge_string", secret=secret) == "sha256=5gDjM1fiOt4SzrSVKvu722TMjHuafQH+xt74bH9NzYI="
    )
    body = b'{"data": {"event_uuid": "-2781", "event_type": "post.create", "filter": {"user_id": "11"}, "payload": {}}}'
    headers = {"x-twitter-webhooks-signature": x.answer_crc(token=body.decode(), secret=secret)}
    found = x.verify(headers=headers, body=body, secret=secret, now=NOW)
    assert (found.message_id, found.kind, found.account_id) == ("-2781", "post.create", "11")
    assert refused(x.verify, headers=headers, body=body + b" ", secret=secret, now=NOW) == "bad_signature"
    assert refused(x.verify, headers={}, body=body, secret=secret, now=NOW) == "malformed"


def test_x_older_envelope_tells_of_a_revocation_too():
    body = b'{"user_event": {"revoke": {"date_time": "2026-11-01T10:00:00Z", "source": {"user_id": "11"}}}}'
    headers = {"x-twitter-webhooks-signature": x.answer_crc(token=body.decode(), secret=SECRET)}
    found = x.verify(headers=headers, body=body, secret=SECRET, now=NOW)
    assert (found.kind, found.account_id) == ("oauth.revoke", "11")


def test_tiktok_signature_and_window():
    body = b'{"event": "authorization.removed", "create_time": 1, "user_openid": "act.1", "content": "{}",}'
    stamp = str(int(NOW.timestamp()))
    headers = {"tiktok-signature": f"t={stamp},s={digest(f'{stamp}.'.encode() + body).hexdigest()}"}
    for apart in (timedelta(), timedelta(minutes=5)):
        found = tiktok.verify(headers=headers, body=body, secret=SECRET, now=NOW + apart)
        assert (found.kind, found.account_id) == ("authorization.removed", "act.1")
    late = {"headers": headers, "body": body, "secret": SECRET, "now": NOW + timedelta(minutes=5, seconds=1)}
    assert refused(tiktok.verify, **late) == "stale"
    moved = {"tiktok-signature": headers["tiktok-signature"].replace(stamp, str(int(stamp) + 60))}
    assert refused(tiktok.verify, headers=moved, body=body, secret=SECRET, now=NOW) == "bad_signature"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_websub_signature(algorithm):
    headers = {"x-hub-signature": f"{algorithm}={digest(FEED, algorithm).hexdigest()}"}
    found = youtube.verify(headers=headers, body=FEED, secret=SECRET, now=NOW)
    assert (found.message_id, found.kind, found.account_id) == ("v1@2026-11-01T10:00:00+00:00", "feed.entry", "UC1")
    again = {"headers": headers, "body": FEED.replace(b"Bread", b"bread"), "secret": SECRET, "now": NOW}
    assert refused(youtube.verify, **again) == "bad_signature"


def test_websub_bomb_is_refused_and_not_expanded():
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><feed xmlns="http://www.w3.org/2005/Atom"><entry>&c;</entry></feed>'
    )
    headers = {"x-hub-signature": f"sha1={hmac.new(SECRET.encode(), bomb, hashlib.sha1).hexdigest()}"}
    assert refused(youtube.verify, headers=headers, body=bomb, secret=SECRET, now=NOW) == "malformed"
