"""Instants of the sample year."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from creators.samples.facts import ENDS_AT, STARTS_AT, Fact, SampleCreator


def pick_instant(random: Random, *, since: datetime = STARTS_AT, until: datetime = ENDS_AT) -> datetime:
    """Return an instant of the half-open period, to the millisecond."""
    seconds = int((until - since).total_seconds())
    return since + timedelta(seconds=random.randrange(seconds), milliseconds=random.randrange(1000))


def list_periods(facts: list[Fact]) -> Iterator[tuple[Fact, datetime]]:
    """Yield each fact with the instant it ends to hold."""
    ends = [fact.since for fact in facts[1:]] + [ENDS_AT]
    yield from zip(facts, ends, strict=True)


def list_months() -> Iterator[tuple[int, datetime]]:
    """Yield twelve monthly instants with their place in the year."""
    for month in range(12):
        yield month, STARTS_AT + timedelta(days=30 * month + 2, hours=6)


def estimate_followers(creator: SampleCreator, month: int) -> int:
    """Return a growing counter: about 4 % a month."""
    return int(creator.followers * 1.04**month)
