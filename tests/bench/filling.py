"""A creator with at least 2,000 memories, and questions about him."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from creators.samples.generator import SampleSet
from creators.services.ingest import NewInteraction, record_interactions
from memory.models import Memory
from memory.services.formation import form_memories
from tests.bench.tables import RowSource

HANDLE = "lumenkitchen"
MEMORIES = 2_000
_KINDS = (
    "What is my current rate for a sponsored video?",
    "Who is my main sponsor now?",
    "Where do I live now?",
    "Which camera do I film with?",
    "Where did I live before I moved?",
    "What did viewers say about {topic}?",
    "Which video did I publish on {topic} number {number}?",
    "When do I publish new videos?",
    "How many subscribers do I have?",
    "What do I know about quantum gravity in Antarctica?",
)


def fill_creator(*, samples: SampleSet, creator_id: int, handle: str = HANDLE) -> None:
    """Form at least 2,000 memories of one creator from samples and from as many published videos as it takes."""
    source = RowSource(samples, dict.fromkeys((one.handle for one in samples.creators), creator_id))
    rows = source.take(3000)
    rows += [_publish(creator_id, handle, number) for number in range(MEMORIES)]
    for start in range(0, len(rows), 500):
        recorded = record_interactions(items=rows[start : start + 500], now=timezone.now())
        ids = [one.interaction_id for one in recorded.items if one.interaction_id]
        form_memories(creator_id=creator_id, interaction_ids=ids, now=timezone.now())
    assert Memory.objects.filter(creator=creator_id).count() >= MEMORIES


def settle_tables() -> None:
    """Bring statistics and visibility up to date, as autovacuum has done a minute after such a load."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _publish(creator_id: int, handle: str, number: int) -> NewInteraction:
    topics = ("sourdough", "miso ramen", "handmade pasta", "lemon tart", "smoky beans")
    words = ("slow", "quick", "festive", "weeknight", "winter", "summer", "budget", "classic")
    title = f"{words[number % 8].title()} {topics[number % 5]} number {number}: {words[number // 8 % 8]} tricks"
    return NewInteraction(
        creator_id=creator_id,
        platform="youtube",
        external_id=f"published-{number}",
        type="video",
        author=handle,
        text=f"{title}\nEverything I learned about {topics[number % 5]} this season.",
        occurred_at=timezone.now() - timedelta(hours=number + 1),
    )


def write_questions(*, samples: SampleSet) -> Iterator[str]:
    """Yield questions without end, about what the samples' creator does."""
    topics = next(one.topics for one in samples.creators if one.handle == HANDLE)
    return itertools.chain.from_iterable(
        (kind.format(topic=topics[number % len(topics)], number=number * 7) for kind in _KINDS)
        for number in itertools.count()
    )
