"""Build raw payloads in the shapes the platforms send, from invented content and a seeded random source."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from creators.samples.facts import SampleCreator

Item = dict[str, Any]


def write_instant(at: datetime, *, digits: int = 0) -> str:
    """Return an instant as the platforms write it; Twitch gives up to nine fraction digits."""
    fraction = f".{at.microsecond:06d}{'0' * 9}"[: digits + 1] if digits else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def build_item(*, creator: SampleCreator, platform: str, at: datetime, payload: Any, message_id: str = "") -> Item:
    """Return one line of a batch. The message id and time are what the platform sends in headers."""
    item: Item = {
        "creator": creator.handle,
        "platform": platform,
        "occurred_at": write_instant(at, digits=3),
        "payload": payload,
    }
    return item | {"external_id": message_id} if message_id else item


def make_id(random: Random, digits: int) -> str:
    return str(random.randrange(10 ** (digits - 1), 10**digits))


def make_uuid(random: Random) -> str:
    text = f"{random.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def build_twitch_event(
    *, creator: SampleCreator, random: Random, at: datetime, event_type: str, event: dict[str, Any], version: str = "1"
) -> Item:
    broadcaster = {
        "broadcaster_user_id": creator.account_id[-9:],
        "broadcaster_user_login": creator.handle,
        "broadcaster_user_name": creator.display_name.replace(" ", ""),
    }
    payload = {
        "subscription": {
            "id": make_uuid(Random(f"{creator.handle}{event_type}")),  # noqa: S311  invented data
            "type": event_type,
            "version": version,
            "status": "enabled",
            "cost": 0,
            "condition": {"broadcaster_user_id": creator.account_id[-9:]},
            "transport": {"method": "webhook", "callback": "https://veri.example/webhooks/twitch"},
            "created_at": "2025-10-01T08:00:00.634234626Z",
        },
        "event": event if event_type == "channel.raid" else {**event, **broadcaster},
    }
    return build_item(creator=creator, platform="twitch", at=at, payload=payload, message_id=make_uuid(random))


def build_youtube_video(
    *, creator: SampleCreator, random: Random, at: datetime, title: str, description: str, video_id: str
) -> Item:
    views = random.randrange(2_000, 90_000)
    payload = {
        "kind": "youtube#video",
        "etag": make_uuid(random),
        "id": video_id,
        "snippet": {
            "publishedAt": write_instant(at),
            "channelId": creator.channel_id,
            "title": title,
            "description": description,
            "channelTitle": creator.display_name,
            "categoryId": "26",
            "liveBroadcastContent": "none",
            "defaultLanguage": "en",
        },
        "contentDetails": {"duration": f"PT{random.randrange(6, 28)}M{random.randrange(1, 60)}S", "definition": "hd"},
        "status": {"uploadStatus": "processed", "privacyStatus": "public"},
        "statistics": {
            "viewCount": str(views),
            "likeCount": str(views // random.randrange(18, 40)),
            "commentCount": str(views // random.randrange(150, 400)),
        },
    }
    return build_item(creator=creator, platform="youtube", at=at, payload=payload)


def build_youtube_comment(
    *, creator: SampleCreator, random: Random, at: datetime, author: str, text: str, video_id: str
) -> Item:
    comment_id = f"Ug{make_uuid(random).replace('-', '')[:24]}"
    snippet = {
        "channelId": creator.channel_id,
        "videoId": video_id,
        "textDisplay": text,
        "textOriginal": text,
        "authorDisplayName": f"@{author}",
        "authorChannelId": {"value": f"UC{make_id(random, 20)}"},
        "likeCount": random.randrange(0, 40),
        "publishedAt": write_instant(at),
        "updatedAt": write_instant(at),
    }
    comment = {"kind": "youtube#comment", "etag": make_uuid(random), "id": comment_id, "snippet": snippet}
    payload = {
        "kind": "youtube#commentThread",
        "id": comment_id,
        "snippet": {"channelId": creator.channel_id, "videoId": video_id, "topLevelComment": comment},
    }
    return build_item(creator=creator, platform="youtube", at=at, payload=payload)


def build_youtube_statistics(*, creator: SampleCreator, random: Random, at: datetime, followers: int) -> Item:
    payload = {
        "kind": "youtube#channel",
        "etag": make_uuid(random),
        "id": creator.channel_id,
        "snippet": {
            "title": creator.display_name,
            "customUrl": f"@{creator.handle}",
            "publishedAt": "2019-04-02T10:00:00Z",
            "country": creator.country,
        },
        "statistics": {
            "viewCount": str(followers * 87),
            "subscriberCount": str(followers),
            "hiddenSubscriberCount": False,
            "videoCount": str(180 + followers % 97),
        },
    }
    return build_item(creator=creator, platform="youtube", at=at, payload=payload)


def build_feed_entry(*, creator: SampleCreator, at: datetime, title: str, video_id: str) -> Item:
    """Return a WebSub notification: an Atom feed as XML text."""
    updated = write_instant(at + timedelta(seconds=40), digits=9).replace("Z", "+00:00")
    payload = (
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">'
        f"<title>YouTube video feed</title><updated>{updated}</updated><entry><id>yt:video:{video_id}</id>"
        f"<yt:videoId>{video_id}</yt:videoId><yt:channelId>{creator.channel_id}</yt:channelId><title>{title}</title>"
        f"<author><name>{creator.display_name}</name></author>"
        f"<published>{write_instant(at)}</published><updated>{updated}</updated></entry></feed>"
    )
    return build_item(creator=creator, platform="youtube", at=at + timedelta(seconds=40), payload=payload)


def build_x_post(*, creator: SampleCreator, random: Random, at: datetime, text: str) -> dict[str, Any]:
    likes = random.randrange(5, 900)
    return {
        "id": make_id(random, 19),
        "author_id": creator.account_id,
        "created_at": write_instant(at, digits=3),
        "text": text,
        "lang": "en",
        "public_metrics": {
            "retweet_count": likes // 9,
            "reply_count": likes // 14,
            "like_count": likes,
            "quote_count": likes // 50,
            "bookmark_count": likes // 20,
            "impression_count": likes * 61,
        },
    }


def wrap_x_page(*, creator: SampleCreator, at: datetime, post: dict[str, Any]) -> Item:
    """Return a timeline page of one post, with its author included."""
    user = {"id": creator.account_id, "username": creator.handle, "name": creator.display_name}
    payload = {"data": [post], "includes": {"users": [user]}, "meta": {"result_count": 1}}
    return build_item(creator=creator, platform="x", at=at, payload=payload)


def wrap_x_activity(*, creator: SampleCreator, random: Random, at: datetime, post: dict[str, Any]) -> Item:
    """Return an activity envelope; its event_uuid is a signed decimal string."""
    user = {"data": {"id": creator.account_id, "username": creator.handle, "name": creator.display_name}}
    data = {
        "event_uuid": str(random.randrange(-(2**63), 2**63)),
        "filter": {"user_id": creator.account_id},
        "event_type": "post.create",
        "tag": "posts",
        "payload": post,
        "includes": {"users": [user]},
    }
    return build_item(creator=creator, platform="x", at=at, payload={"data": data})


def build_x_profile(*, creator: SampleCreator, at: datetime, followers: int) -> Item:
    user = {
        "id": creator.account_id,
        "username": creator.handle,
        "name": creator.display_name,
        "created_at": "2018-06-12T08:00:00.000Z",
        "public_metrics": {
            "followers_count": followers,
            "following_count": 312,
            "tweet_count": 900 + followers % 211,
            "listed_count": followers // 900,
        },
    }
    return build_item(creator=creator, platform="x", at=at, payload={"data": user})


def build_tiktok_video(*, creator: SampleCreator, random: Random, at: datetime, text: str) -> Item:
    views = random.randrange(900, 150_000)
    payload = {
        "id": f"7{make_id(random, 18)}",
        "create_time": int(at.timestamp()),
        "title": text[:150],
        "video_description": text,
        "duration": random.randrange(12, 90),
        "view_count": views,
        "like_count": views // random.randrange(8, 25),
        "comment_count": views // 300,
        "share_count": views // 450,
        "share_url": f"https://www.tiktok.example/@{creator.handle}",
        "username": creator.handle,
        "display_name": creator.display_name,
    }
    return build_item(creator=creator, platform="tiktok", at=at, payload=payload)


def build_tiktok_comment(*, creator: SampleCreator, random: Random, at: datetime, author: str, text: str) -> Item:
    payload = {
        "id": f"7{make_id(random, 18)}",
        "video_id": f"7{make_id(random, 18)}",
        "create_time": int(at.timestamp()),
        "text": text,
        "username": author,
        "like_count": random.randrange(0, 25),
    }
    return build_item(creator=creator, platform="tiktok", at=at, payload=payload)


def build_tiktok_profile(*, creator: SampleCreator, at: datetime, followers: int) -> Item:
    user = {
        "open_id": f"open-{creator.account_id}",
        "union_id": f"union-{creator.account_id}",
        "display_name": creator.display_name,
        "username": creator.handle,
        "follower_count": followers,
        "following_count": 120,
        "likes_count": followers * 14,
        "video_count": 140 + followers % 61,
    }
    payload = {"data": {"user": user}, "error": {"code": "ok", "message": "", "log_id": f"{at:%Y%m%d}00"}}
    return build_item(creator=creator, platform="tiktok", at=at, payload=payload)


def build_tiktok_webhook(*, creator: SampleCreator, at: datetime, event: str, content: str) -> Item:
    """Return a webhook; ``content`` is JSON inside a string."""
    payload = {
        "client_key": "sampleclientkey",
        "event": event,
        "create_time": int(at.timestamp()),
        "user_openid": f"open-{creator.account_id}",
        "content": content,
    }
    return build_item(creator=creator, platform="tiktok", at=at, payload=payload)


def build_chat_message(*, creator: SampleCreator, random: Random, at: datetime, author: str, text: str) -> Item:
    payload = {"id": f"msg-{make_uuid(random)}", "channel": "#team", "author": author, "text": text}
    return build_item(creator=creator, platform="chat", at=at, payload={**payload, "sent_at": write_instant(at)})


def build_email(*, creator: SampleCreator, random: Random, at: datetime, sender: str, subject: str, body: str) -> Item:
    payload = {
        "message_id": f"<{make_uuid(random)}@mail.example>",
        "from": sender,
        "to": f"business@{creator.handle}.example",
        "subject": subject,
        "body": body,
        "date": write_instant(at),
    }
    return build_item(creator=creator, platform="email", at=at, payload=payload)
