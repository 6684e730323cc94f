"""What creators state about themselves, and their deals: the facts that change over time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from creators.samples import sentences
from creators.samples.facts import Fact, SampleCreator
from creators.samples.instants import list_periods, pick_instant
from creators.samples.payloads import (
    Item,
    build_chat_message,
    build_email,
    build_tiktok_video,
    build_x_post,
    build_youtube_video,
    make_id,
    wrap_x_activity,
    wrap_x_page,
)

REMINDERS = 4
AS_ACTIVITY = 0.5


def generate_statements(*, creator: SampleCreator, random: Random) -> Iterator[Item]:
    """Yield announcements at each change, reminders while a fact holds, and the mail of each deal."""
    subjects = (
        (creator.rates, sentences.RATES),
        (creator.sponsors, sentences.SPONSORS),
        (creator.towns, sentences.TOWNS),
        (creator.schedules, sentences.SCHEDULES),
        (creator.cameras, sentences.CAMERAS),
    )
    for facts, templates in subjects:
        yield from _announce(creator, random, facts, templates)
    for brand, amount, due in creator.deals:
        yield from _generate_deal(creator, random, brand, amount, due)


def _announce(creator: SampleCreator, random: Random, facts: list[Fact], templates: list[str]) -> Iterator[Item]:
    for fact, until in list_periods(facts):
        yield _state_video(creator, random, fact.since, templates[0].format(value=fact.value))
        yield _state_post(creator, random, fact.since + timedelta(hours=2), templates[0].format(value=fact.value))
        for _ in range(REMINDERS):
            text = random.choice(templates[1:]).format(value=fact.value)
            at = pick_instant(random, since=fact.since + timedelta(days=1), until=until - timedelta(hours=1))
            yield random.choice(_WAYS)(creator, random, at, text)


def _state_video(creator: SampleCreator, random: Random, at: datetime, text: str) -> Item:
    topic = random.choice(creator.topics)
    return build_youtube_video(
        creator=creator,
        random=random,
        at=at,
        title=f"Channel update and {topic}",
        description=f"{text} Then we get to {topic}.",
        video_id=f"v{make_id(random, 10)}",
    )


def _state_post(creator: SampleCreator, random: Random, at: datetime, text: str) -> Item:
    post = build_x_post(creator=creator, random=random, at=at, text=text)
    if random.random() < AS_ACTIVITY:
        return wrap_x_activity(creator=creator, random=random, at=at, post=post)
    return wrap_x_page(creator=creator, at=at, post=post)


def _state_short(creator: SampleCreator, random: Random, at: datetime, text: str) -> Item:
    return build_tiktok_video(creator=creator, random=random, at=at, text=text)


def _state_chat(creator: SampleCreator, random: Random, at: datetime, text: str) -> Item:
    return build_chat_message(creator=creator, random=random, at=at, author=creator.handle, text=text)


_WAYS: list[Callable[[SampleCreator, Random, datetime, str], Item]] = [
    _state_video,
    _state_post,
    _state_short,
    _state_chat,
]


def _generate_deal(creator: SampleCreator, random: Random, brand: str, amount: str, due: str) -> Iterator[Item]:
    """Yield a deal's course: brief, agreement, contract, delivery, payment."""
    due_at = datetime.fromisoformat(due).replace(hour=10, tzinfo=UTC)
    sender = f"partners@{brand.lower().replace(' ', '').replace('&', 'and')}.example"
    own = f"business@{creator.handle}.example"
    steps = [
        (-34, sender, f"Campaign brief: {brand}", f"Hi! Attached is the brief for the {brand} campaign, due {due}."),
        (
            -30,
            sender,
            "Re: integration",
            f"Re: integration – we agreed on {amount} for one dedicated video with {brand}, due {due}.",
        ),
        (-26, own, f"Re: contract {brand}", f"The contract with {brand} is signed. Deadline for the video is {due}."),
        (-3, own, f"Delivery: {brand}", f"The {brand} video is delivered, three days before the deadline of {due}."),
        (9, sender, f"Payment: {brand}", f"{brand} has paid the invoice of {amount}. Thank you for the great work!"),
    ]
    for days, author, subject, body in steps:
        at = due_at + timedelta(days=days, minutes=random.randrange(400))
        yield build_email(creator=creator, random=random, at=at, sender=author, subject=subject, body=body)
