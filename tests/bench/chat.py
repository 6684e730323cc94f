"""A question over HTTP, without a language model: a creator with 2,000 memories, one client, one web process."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import httpx
import psycopg

from creators.models import Interaction, User
from creators.samples.generator import generate_samples
from memory.models import Memory
from migration.enums import Flag, Stage
from migration.models import OutboxRow
from migration.registry import iterate_specs
from migration.services.relay import relay_batch
from tests.bench.climbing import climb_all
from tests.bench.filling import HANDLE, fill_creator, settle_tables, write_questions
from tests.bench.measuring import Figure, at_most, compare, get_percentile, judge
from tests.bench.processes import create_key, open_client, running
from tests.bench.tables import create_creators, empty_stores, switch
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.text import analyse

QUESTIONS = 200
SHOWN = 40  # for the routes without a target
P50_MS = at_most(20)
P95_MS = at_most(60)
FLAGS_SECONDS = 2.2  # what the flags promise, and a little
TERM_SEARCH = (
    "SELECT kind, target_id, term, frequency, length FROM memory_posting WHERE creator_id = %s AND term = ANY(%s)"
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
    fill_creator(samples=samples, creator_id=creator_id)
    settle_tables()
    questions = list(itertools.islice(write_questions(samples=samples), QUESTIONS))
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
