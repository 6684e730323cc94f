"""What creators publish besides statements: videos, posts, streams, shorts, counters, talk in the team."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import orjson

from creators.samples import sentences
from creators.samples.facts import STARTS_AT, SampleCreator
from creators.samples.instants import estimate_followers, list_months, pick_instant
from creators.samples.payloads import (
    Item,
    build_chat_message,
    build_email,
    build_feed_entry,
    build_tiktok_profile,
    build_tiktok_video,
    build_tiktok_webhook,
    build_twitch_event,
    build_x_post,
    build_x_profile,
    build_youtube_statistics,
    build_youtube_video,
    make_id,
    wrap_x_activity,
    wrap_x_page,
    write_instant,
)

WEEKS = 51
STREAMS = 45
POSTS = 110
SHORTS = 55
CHAT_MESSAGES = 60
LETTERS = 25
AS_ACTIVITY = 0.3  # of the posts; the rest come as timeline pages


def fill(random: Random, creator: SampleCreator, templates: list[str]) -> str:
    """Return one template with the creator's topics in it."""
    topic, other = random.sample(creator.topics, 2)
    text = random.choice(templates).format(topic=topic, other=other, count=random.randrange(20, 900))
    return text[0].upper() + text[1:]


def generate_publishing(*, creator: SampleCreator, random: Random) -> Iterator[Item]:
    """Yield a year of publishing."""
    for week in range(WEEKS):
        yield from _publish_video(creator, random, week)
    for _ in range(STREAMS):
        yield from _stream(creator, random)
    for _ in range(POSTS):
        yield _post(creator, random, pick_instant(random))
    for _ in range(SHORTS):
        text = f"{fill(random, creator, sentences.TITLES)} #{creator.handle}"
        yield build_tiktok_video(creator=creator, random=random, at=pick_instant(random), text=text)
    yield from _talk(creator, random)
    yield from _count(creator, random)


def _publish_video(creator: SampleCreator, random: Random, week: int) -> Iterator[Item]:
    at = STARTS_AT + timedelta(days=7 * week + 1, hours=17, minutes=random.randrange(30))
    title, video_id = fill(random, creator, sentences.TITLES), f"w{make_id(random, 10)}"
    description = fill(random, creator, sentences.DESCRIPTIONS)
    yield build_youtube_video(
        creator=creator, random=random, at=at, title=title, description=description, video_id=video_id
    )
    if week % 5 == 0:
        yield build_feed_entry(creator=creator, at=at, title=title, video_id=video_id)


def _stream(creator: SampleCreator, random: Random) -> Iterator[Item]:
    at = pick_instant(random).replace(hour=19)
    online = {"id": make_id(random, 10), "type": "live", "started_at": write_instant(at, digits=9)}
    yield build_twitch_event(creator=creator, random=random, at=at, event_type="stream.online", event=online)
    end = at + timedelta(minutes=random.randrange(60, 240))
    yield build_twitch_event(creator=creator, random=random, at=end, event_type="stream.offline", event={})


def _post(creator: SampleCreator, random: Random, at: datetime) -> Item:
    post = build_x_post(creator=creator, random=random, at=at, text=fill(random, creator, sentences.POSTS))
    if random.random() < AS_ACTIVITY:
        return wrap_x_activity(creator=creator, random=random, at=at, post=post)
    return wrap_x_page(creator=creator, at=at, post=post)


def _talk(creator: SampleCreator, random: Random) -> Iterator[Item]:
    for _ in range(CHAT_MESSAGES):
        author = random.choice([creator.handle, "editor_tom", "mod_lena", "producer_ines"])
        text = fill(random, creator, sentences.CHAT_MESSAGES)
        yield build_chat_message(creator=creator, random=random, at=pick_instant(random), author=author, text=text)
    for _ in range(LETTERS):
        name = random.choice(sentences.VIEWER_NAMES)
        text = fill(random, creator, sentences.PRAISE + sentences.QUESTIONS)
        yield build_email(
            creator=creator,
            random=random,
            at=pick_instant(random),
            sender=f"{name.lower()}@mail.example",
            subject="A note from a viewer",
            body=text,
        )


def _count(creator: SampleCreator, random: Random) -> Iterator[Item]:
    for month, at in list_months():
        followers = estimate_followers(creator, month)
        yield build_youtube_statistics(creator=creator, random=random, at=at, followers=followers)
        yield build_x_profile(creator=creator, at=at, followers=followers // 3)
        yield build_tiktok_profile(creator=creator, at=at, followers=followers // 2)
        if month % 3 == 0:
            content = orjson.dumps({"share_id": make_id(random, 12)}).decode()
            event = "video.publish.completed"
            yield build_tiktok_webhook(creator=creator, at=at + timedelta(hours=3), event=event, content=content)
