from datetime import UTC, datetime

import pytest

from creators.errors import PayloadNotUnderstood
from creators.normalisers import Delivery, normalise

SENT_AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
  <title>YouTube video feed</title>
  <entry>
    <id>yt:video:abc123</id><yt:videoId>abc123</yt:videoId><yt:channelId>UC9</yt:channelId>
    <title>Bread &amp; butter</title>
    <author><name>Lumen Kitchen</name></author>
    <published>2026-03-06T21:40:57+00:00</published>
    <updated>2026-03-09T19:05:24.552394234+00:00</updated>
  </entry>
</feed>"""
TOMBSTONE = """<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
  <at:deleted-entry ref="yt:video:abc123" when="2026-03-10T08:00:00.123456789+00:00">
    <link href="https://www.youtube.com/watch?v=abc123"/>
    <at:by><name>Lumen Kitchen</name><uri>https://www.youtube.com/channel/UC9</uri></at:by>
  </at:deleted-entry>
</feed>"""


def normalise_youtube(payload):
    return normalise(platform="youtube", payload=payload, delivery=Delivery(sent_at=SENT_AT))


def make_comment(comment_id, text, **snippet):
    return {
        "kind": "youtube#comment",
        "id": comment_id,
        "snippet": {
            "authorDisplayName": "@kite",
            "channelId": "UC9",
            "videoId": "abc123",
            "textOriginal": text,
            "publishedAt": "2026-04-01T10:00:00Z",
            **snippet,
        },
    }


def test_video_is_title_and_first_2000_characters_of_description():
    video = {
        "kind": "youtube#video",
        "id": "abc123",
        "snippet": {
            "publishedAt": "2026-03-21T20:37:49.000Z",
            "channelId": "UC9",
            "channelTitle": "Lumen Kitchen",
            "title": "Rye",
            "description": "x" * 3000,
        },
        "statistics": {"viewCount": "8087"},
    }
    (envelope,) = normalise_youtube({"kind": "youtube#videoListResponse", "items": [video]})
    assert (envelope.external_id, envelope.type, envelope.channel) == ("abc123", "video", "UC9")
    assert envelope.text == "Rye\n\n" + "x" * 2000
    assert envelope.occurred_at == datetime(2026, 3, 21, 20, 37, 49, tzinfo=UTC)
    assert envelope.payload == video


def test_comment_thread_gives_the_comment_and_its_replies():
    thread = {
        "kind": "youtube#commentThread",
        "id": "Ug1",
        "snippet": {"topLevelComment": make_comment("Ug1", "Lovely")},
        "replies": {"comments": [make_comment("Ug1.2", "Thanks", parentId="Ug1")]},
    }
    found = normalise_youtube(thread)
    assert [(item.external_id, item.type, item.text) for item in found] == [
        ("Ug1", "comment", "Lovely"),
        ("Ug1.2", "comment.reply", "Thanks"),
    ]
    assert found[0].author == "@kite"


def test_playlist_item_keeps_its_own_id_and_links_the_video():
    item = {
        "kind": "youtube#playlistItem",
        "id": "UExP",
        "snippet": {"publishedAt": "2026-01-21T22:17:43.000Z", "channelId": "UC9", "title": "Rye", "description": ""},
        "contentDetails": {"videoId": "abc123"},
    }
    (envelope,) = normalise_youtube(item)
    assert (envelope.external_id, envelope.type, envelope.text) == ("UExP", "playlist_item", "Rye")
    assert envelope.attachments == [{"type": "video", "url": "https://www.youtube.com/watch?v=abc123"}]


def test_channel_statistics_are_a_snapshot_of_the_day():
    channel = {
        "kind": "youtube#channel",
        "id": "UC9",
        "snippet": {"title": "Lumen Kitchen", "publishedAt": "2007-08-23T00:34:43.000Z"},
        "statistics": {"viewCount": "160361638", "subscriberCount": "1927873", "videoCount": "5026"},
    }
    (envelope,) = normalise_youtube({"kind": "youtube#channelListResponse", "items": [channel]})
    assert (envelope.external_id, envelope.type) == ("UC9@2026-05-01", "metrics.snapshot")
    assert envelope.text == "Lumen Kitchen: 1,927,873 subscribers, 160,361,638 views, 5,026 videos"
    assert envelope.occurred_at == SENT_AT


@pytest.mark.parametrize("payload", [FEED, FEED.encode(), {"xml": FEED.partition("?>")[2]}])
def test_feed_entry_is_keyed_by_video_and_edit(payload):
    (envelope,) = normalise_youtube(payload)
    assert envelope.external_id == "abc123@2026-03-09T19:05:24.552394234+00:00"
    assert (envelope.type, envelope.text, envelope.channel) == ("feed.entry", "Bread & butter", "UC9")
    assert envelope.occurred_at == datetime(2026, 3, 9, 19, 5, 24, 552394, tzinfo=UTC)
    assert "yt:video:abc123" in envelope.payload["xml"]


def test_tombstone_names_video_channel_and_instant():
    (envelope,) = normalise_youtube(TOMBSTONE)
    assert envelope.external_id == "abc123@deleted@2026-03-10T08:00:00.123456789+00:00"
    assert (envelope.type, envelope.channel, envelope.author) == ("feed.deleted", "UC9", "Lumen Kitchen")
    assert envelope.text == "Video abc123 was deleted"


@pytest.mark.parametrize(
    "document",
    [
        "<feed",
        "no xml at all",
        '<!DOCTYPE f [<!ENTITY a "b">]><feed>&a;</feed>',
        '<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/hostname">]><feed>&a;</feed>',
        '<?xml version="1.0" encoding="made-up"?><feed/>',
        f'<entry xmlns="http://www.w3.org/2005/Atom">{"<a>" * 20_000}{"</a>" * 20_000}</entry>',
    ],
)
def test_hostile_or_broken_xml_is_refused(document):
    with pytest.raises(PayloadNotUnderstood):
        normalise_youtube(document)
    with pytest.raises(PayloadNotUnderstood):
        normalise_youtube(document.encode())


def test_unknown_kind_is_kept_raw():
    payload = {"kind": "youtube#somethingNew", "id": "n1", "value": [1]}
    (envelope,) = normalise_youtube(payload)
    assert (envelope.type, envelope.external_id, envelope.payload) == ("somethingNew", "n1", payload)


def test_empty_page_is_refused():
    with pytest.raises(PayloadNotUnderstood, match="no record"):
        normalise_youtube({"kind": "youtube#videoListResponse", "items": []})
