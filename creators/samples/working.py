"""What creators tell their team about the production of their videos."""

from collections.abc import Iterator
from random import Random

from creators.samples import sentences
from creators.samples.facts import ENDS_AT, STARTS_AT, SampleCreator
from creators.samples.instants import pick_instant
from creators.samples.payloads import Item, build_chat_message

MESSAGES = 12


def generate_working(*, creator: SampleCreator, random: Random) -> Iterator[Item]:
    """Yield the creator's own messages about steps of the work, all through the year."""
    for number in range(MESSAGES):
        text = sentences.WORK[number % len(sentences.WORK)].format(topic=random.choice(creator.topics))
        at = pick_instant(random, since=STARTS_AT, until=ENDS_AT)
        yield build_chat_message(creator=creator, random=random, at=at, author=creator.handle, text=text)
