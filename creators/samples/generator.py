"""Generate the sample data: the same seed always gives the same items, byte for byte."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import orjson

from creators.samples.audience import generate_audience
from creators.samples.expectations import SampleQuestion, list_questions
from creators.samples.facts import CREATORS, SampleCreator
from creators.samples.payloads import Item
from creators.samples.publishing import generate_publishing
from creators.samples.statements import generate_statements
from creators.samples.working import generate_working


@dataclass(frozen=True, kw_only=True)
class SampleSet:
    """Creators, their interactions in time order as API items, and questions with the answers to expect."""

    creators: list[SampleCreator]
    items: list[Item]
    questions: list[SampleQuestion]


def generate_samples(*, seed: int = 7) -> SampleSet:
    """Return three creators, about 3,300 interactions and three questions per creator."""
    items = [item for creator in CREATORS for item in _generate_creator(creator, seed)]
    items.sort(key=lambda item: (item["occurred_at"], item["creator"], hash_item(item)))
    return SampleSet(creators=CREATORS, items=items, questions=list_questions(creators=CREATORS))


def _generate_creator(creator: SampleCreator, seed: int) -> Iterator[Item]:
    for generate in (generate_statements, generate_publishing, generate_audience, generate_working):
        source = Random(f"{seed}:{creator.handle}:{generate.__name__}")  # noqa: S311  invented data, not secrets
        yield from generate(creator=creator, random=source)


def hash_item(item: Item) -> str:
    """Return a fingerprint of one item."""
    return hashlib.sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()


def write_lines(items: list[Item]) -> bytes:
    """Return items as JSON lines."""
    return b"".join(orjson.dumps(item) + b"\n" for item in items)
