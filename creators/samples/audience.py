"""What the audience does: comments, stream chat, follows, subscriptions, cheers, raids."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from creators.samples import sentences
from creators.samples.facts import SampleCreator
from creators.samples.instants import pick_instant
from creators.samples.payloads import (
    Item,
    build_tiktok_comment,
    build_twitch_event,
    build_youtube_comment,
    make_id,
    make_uuid,
    write_instant,
)
from creators.samples.publishing import fill

YOUTUBE_COMMENTS = 240
TIKTOK_COMMENTS = 50
CHAT_LINES = 190
FOLLOWS = 60
SUBSCRIPTIONS = 40
CHEERS = 40
RAIDS = 8
GIFTED = 0.2
ANONYMOUS = 0.1
_CHEER_WORDS = ["pogchamp", "keep it up!", "worth every bit", "for the snack fund", "hype"]


def generate_audience(*, creator: SampleCreator, random: Random) -> Iterator[Item]:
    """Yield a year of reactions; of ten comments about six praise, two complain, two ask."""
    videos = [f"w{make_id(random, 10)}" for _ in range(40)]
    for _ in range(YOUTUBE_COMMENTS):
        yield build_youtube_comment(
            creator=creator,
            random=random,
            at=pick_instant(random),
            author=random.choice(sentences.VIEWER_NAMES),
            text=_write_comment(creator, random),
            video_id=random.choice(videos),
        )
    for _ in range(TIKTOK_COMMENTS):
        author, text = random.choice(sentences.VIEWER_NAMES), _write_comment(creator, random)
        yield build_tiktok_comment(creator=creator, random=random, at=pick_instant(random), author=author, text=text)
    makers = (
        (CHAT_LINES, _say),
        (FOLLOWS, _follow),
        (SUBSCRIPTIONS, _subscribe),
        (CHEERS, _cheer),
        (RAIDS, _raid),
    )
    for count, make in makers:
        for _ in range(count):
            yield make(creator, random, pick_instant(random))


def _write_comment(creator: SampleCreator, random: Random) -> str:
    groups = (sentences.PRAISE, sentences.COMPLAINTS, sentences.QUESTIONS)
    return fill(random, creator, random.choices(groups, weights=(6, 2, 2))[0])


def _build_viewer(random: Random, prefix: str = "") -> dict[str, Any]:
    name = random.choice(sentences.VIEWER_NAMES)
    return {f"{prefix}user_id": make_id(random, 9), f"{prefix}user_login": name.lower(), f"{prefix}user_name": name}


def _say(creator: SampleCreator, random: Random, at: datetime) -> Item:
    text = fill(random, creator, sentences.CHATTER)
    event = {
        **_build_viewer(random, "chatter_"),
        "message_id": make_uuid(random),
        "message": {"text": text, "fragments": [{"type": "text", "text": text}]},
        "color": "#00FF7F",
        "badges": [],
        "message_type": "text",
    }
    return build_twitch_event(creator=creator, random=random, at=at, event_type="channel.chat.message", event=event)


def _follow(creator: SampleCreator, random: Random, at: datetime) -> Item:
    event = {**_build_viewer(random), "followed_at": write_instant(at, digits=9)}
    return build_twitch_event(
        creator=creator, random=random, at=at, event_type="channel.follow", event=event, version="2"
    )


def _subscribe(creator: SampleCreator, random: Random, at: datetime) -> Item:
    tier = random.choices(("1000", "2000", "3000"), weights=(8, 2, 1))[0]
    event = {**_build_viewer(random), "tier": tier, "is_gift": random.random() < GIFTED}
    return build_twitch_event(creator=creator, random=random, at=at, event_type="channel.subscribe", event=event)


def _cheer(creator: SampleCreator, random: Random, at: datetime) -> Item:
    anonymous = random.random() < ANONYMOUS
    viewer = {"user_id": None, "user_login": None, "user_name": None} if anonymous else _build_viewer(random)
    event = {
        "is_anonymous": anonymous,
        **viewer,
        "message": random.choice(_CHEER_WORDS),
        "bits": random.choice((50, 100, 100, 250, 500, 1000)),
    }
    return build_twitch_event(creator=creator, random=random, at=at, event_type="channel.cheer", event=event)


def _raid(creator: SampleCreator, random: Random, at: datetime) -> Item:
    name = random.choice(sentences.VIEWER_NAMES)
    event = {
        "from_broadcaster_user_id": make_id(random, 9),
        "from_broadcaster_user_login": name.lower(),
        "from_broadcaster_user_name": name,
        "to_broadcaster_user_id": creator.account_id[-9:],
        "to_broadcaster_user_login": creator.handle,
        "to_broadcaster_user_name": creator.display_name.replace(" ", ""),
        "viewers": random.randrange(12, 800),
    }
    return build_twitch_event(creator=creator, random=random, at=at, event_type="channel.raid", event=event)
