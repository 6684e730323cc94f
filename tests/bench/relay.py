"""Draining the outbox, beside raw PyMongo upserts of the same documents into the same server."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone
from pymongo import ReplaceOne

from creators.datasets import INTERACTIONS
from creators.samples.generator import generate_samples
from creators.services.ingest import record_interactions
from migration.enums import Flag
from migration.models import OutboxRow
from migration.services.relay import BATCH, map_rows, relay_batch
from migration.stores.documents import create_indexes
from migration.stores.rows import read_chunk
from tests.bench.measuring import Figure, at_least, compare, interleave, time_call
from tests.bench.tables import RowSource, create_creators, empty_stores, forget_outbox, switch
from veri.platform.connections.mongo import get_database

ROWS = 10_000
ROUNDS = 5
TARGET = at_least(0.6)
RAW = "bench_raw"


def measure() -> list[Figure]:
    fill_interactions()
    documents = map_interactions()
    drained, raw = interleave(rounds=ROUNDS, runs=[drain_captured, lambda: upsert_raw(documents)])
    indexed, raw_indexed = interleave(
        rounds=3,
        runs=[lambda: drain_captured(prepare=create_indexes), lambda: upsert_raw(documents, prepare=index_raw)],
    )
    return [
        compare(
            name=f"relay, an outbox of {ROWS:,} interactions",
            value=ROWS / drained,
            unit="rows/s",
            reference_name="documents/s raw upserts",
            reference=ROWS / raw,
            ratio=TARGET,
        ),
        compare(
            name="the same into an indexed collection",
            value=ROWS / indexed,
            unit="rows/s",
            reference_name="documents/s raw upserts, indexed",
            reference=ROWS / raw_indexed,
        ),
    ]


def fill_interactions(rows: int = ROWS) -> None:
    """Record interactions with capture on and forget the outbox."""
    empty_stores()
    samples = generate_samples()
    source = RowSource(samples, create_creators(samples))
    switch(Flag.USE_MONGO, is_on=True)
    for _ in range(rows // 1000):
        record_interactions(items=source.take(1000), now=timezone.now())
    forget_outbox()


def map_interactions(rows: int = ROWS) -> list[dict[str, Any]]:
    documents, refused = map_rows(INTERACTIONS, read_chunk(INTERACTIONS, after=0, limit=rows))
    assert len(documents) == rows
    assert not refused
    return documents


def drain_captured(*, prepare: Callable[[Any], None] = lambda _spec: None) -> float:
    """Return the seconds of draining an outbox that holds every interaction, into a fresh collection."""
    get_database().drop_collection(INTERACTIONS.collection)
    prepare(INTERACTIONS)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE creators_interaction SET id = id")
        cursor.execute("VACUUM ANALYZE creators_interaction, migration_outboxrow")
    assert OutboxRow.objects.count() == ROWS
    seconds = time_call(_drain)
    assert not OutboxRow.objects.exists()
    assert get_database()[INTERACTIONS.collection].count_documents({}) == ROWS
    return seconds


def _drain() -> None:
    while relay_batch(datasets=[INTERACTIONS.name]).taken:
        pass


def upsert_raw(documents: list[dict[str, Any]], *, prepare: Callable[[], None] = lambda: None) -> float:
    """Return the seconds of upserting ready documents into a fresh collection, in batches of the relay's size."""
    get_database().drop_collection(RAW)
    prepare()
    collection = get_database()[RAW]

    def upsert() -> None:
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            collection.bulk_write([ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in batch], ordered=False)

    return time_call(upsert)


def index_raw() -> None:
    for keys in INTERACTIONS.indexes:
        get_database()[RAW].create_index(list(keys))
