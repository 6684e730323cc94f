"""A question over HTTP, without a language model: a creator with 2,000 memories, one client, one web process."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import httpx
import psycopg
from django.db import connection
from django.utils import timezone

from creators.models import Interaction, User
from creators.samples.generator import generate_samples
from creators.services.ingest import NewInteraction, record_interactions
from memory.models import Memory
from memory.services.formation import form_memories
from migration.enums import Flag, Stage
from migration.models import OutboxRow
from migration.registry import iterate_specs
from migration.services.relay import relay_batch
from tests.bench.climbing import climb_all
from tests.bench.measuring import Figure, at_most, compare, get_percentile, judge
from tests.bench.processes import create_key, open_client, running
from tests.bench.tables import RowSource, create_creators, empty_stores, switch
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.text import analyse

HANDLE = "lumenkitchen"
MEMORIES = 2_000
QUESTIONS = 200
SHOWN = 40  # for the routes without a target
P50_MS = at_most(20)
P95_MS = at_most(60)
FLAGS_SECONDS = 2.2  # what the flags promise, and a little
TERM_SEARCH = (
    "SELECT kind, target_id, term, frequency, length FROM memory_posting WHERE creator_id = %s AND term = ANY(%s)"
)
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


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """Milliseconds of each question, over HTTP and of the bare term search."""

    answered: list[float]
    searched: list[float]


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    creator_id = create_creators(samples)[HANDLE]
    _fill(RowSource(samples, dict.fromkeys((one.handle for one in samples.creators), creator_id)), creator_id)
    topics = next(one.topics for one in samples.creators if one.handle == HANDLE)
    questions = list(itertools.islice(_write_questions(topics), QUESTIONS))
    authorization = create_key(User.objects.get(username="bench"))
    figures = []
    with running("web") as (_, address), open_client(address=address, authorization=authorization) as client:
        figures += _describe("text, PostgreSQL", _ask_all(client, creator_id, questions, "postgres"), is_judged=True)
        _bring_to_mongo()
        switch(Flag.READ_FROM_MONGO, is_on=True)
        time.sleep(FLAGS_SECONDS)
        figures += _describe("text, MongoDB", _ask_all(client, creator_id, questions[:SHOWN], "mongo"))
        switch(Flag.HYBRID_SEARCH, is_on=True)
        time.sleep(FLAGS_SECONDS)
        figures += _describe("hybrid, MongoDB", _ask_all(client, creator_id, questions[:SHOWN], "mongo"))
    return figures


def _fill(source: RowSource, creator_id: int) -> None:
    """Form at least 2,000 memories of one creator from samples and from as many published videos as it takes."""
    rows = source.take(3000)
    rows += [_publish(creator_id, number) for number in range(MEMORIES)]
    for start in range(0, len(rows), 500):
        recorded = record_interactions(items=rows[start : start + 500], now=timezone.now())
        ids = [one.interaction_id for one in recorded.items if one.interaction_id]
        form_memories(creator_id=creator_id, interaction_ids=ids, now=timezone.now())
    assert Memory.objects.filter(creator=creator_id).count() >= MEMORIES
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum has done a minute after such a load


def _publish(creator_id: int, number: int) -> NewInteraction:
    topics = ("sourdough", "miso ramen", "handmade pasta", "lemon tart", "smoky beans")
    words = ("slow", "quick", "festive", "weeknight", "winter", "summer", "budget", "classic")
    title = f"{words[number % 8].title()} {topics[number % 5]} number {number}: {words[number // 8 % 8]} tricks"
    return NewInteraction(
        creator_id=creator_id,
        platform="youtube",
        external_id=f"published-{number}",
        type="video",
        author=HANDLE,
        text=f"{title}\nEverything I learned about {topics[number % 5]} this season.",
        occurred_at=timezone.now() - timedelta(hours=number + 1),
    )


def _write_questions(topics: list[str]) -> itertools.chain[str]:
    return itertools.chain.from_iterable(
        (kind.format(topic=topics[number % len(topics)], number=number * 7) for kind in _KINDS)
        for number in itertools.count()
    )


def _ask_all(client: httpx.Client, creator_id: int, questions: list[str], store: str) -> _Asking:
    """Ask every question, each followed by the bare search of its terms; the first ten only warm up."""
    asking = _Asking(answered=[], searched=[])
    with open_dedicated_connection() as bare:
        for question in questions[:10]:
            _ask(client, question, store)
        for question in questions:
            asking.answered.append(_time_ms(lambda: _ask(client, question, store)))  # noqa: B023  called at once
            asking.searched.append(_time_ms(lambda: _search(bare, creator_id, question)))  # noqa: B023  same
    return asking


def _time_ms(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def _ask(client: httpx.Client, question: str, store: str) -> None:
    answer = client.post("/assistant/chat", json={"creator": HANDLE, "question": question})
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["store"] == store


def _search(bare: psycopg.Connection, creator_id: int, question: str) -> None:
    bare.execute(TERM_SEARCH, [creator_id, sorted(set(analyse(question)))]).fetchall()


def _bring_to_mongo() -> None:
    """Bring every dataset to MongoDB, prove it and let reads go there."""
    switch(Flag.USE_MONGO, is_on=True)
    climb_all(Stage.CANARY)
    while relay_batch(datasets=[spec.name for spec in iterate_specs()]).taken:
        pass
    assert not OutboxRow.objects.exists()


def _describe(name: str, asking: _Asking, *, is_judged: bool = False) -> list[Figure]:
    memories, interactions = Memory.objects.count(), Interaction.objects.count()
    middle, high = median(asking.answered), get_percentile(asking.answered, 95)
    note = f"{memories:,} memories, {interactions:,} interactions"
    beside = compare(
        name=f"chat, {name}: p50 beside the search alone",
        value=middle,
        unit="ms",
        reference_name="ms bare SQL search of the terms",
        reference=median(asking.searched),
    )
    if not is_judged:
        return [beside, Figure(name=f"chat, {name}: p95", value=high, unit="ms", note=note)]
    return [
        beside,
        judge(name=f"chat, {name}: p50", value=middle, unit="ms", bound=P50_MS, note=note),
        judge(name=f"chat, {name}: p95", value=high, unit="ms", bound=P95_MS, note=note),
    ]
