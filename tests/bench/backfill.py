"""A whole backfill, its indexes included, beside raw PyMongo upserts of the same documents into the same server."""

from django.utils import timezone

from creators.datasets import INTERACTIONS
from migration.services.backfill import run_backfill
from tests.bench.measuring import Figure, at_least, compare, interleave, time_call
from tests.bench.relay import ROWS, fill_interactions, index_raw, map_interactions, upsert_raw
from veri.platform.connections.mongo import get_database

ROUNDS = 5
TARGET = at_least(0.5)


def measure() -> list[Figure]:
    fill_interactions()
    documents = map_interactions()
    whole, raw, raw_indexed = interleave(
        rounds=ROUNDS,
        runs=[_run_whole, lambda: upsert_raw(documents), lambda: upsert_raw(documents) + time_call(index_raw)],
    )
    return [
        compare(
            name=f"backfill of {ROWS:,} interactions, with its indexes",
            value=ROWS / whole,
            unit="rows/s",
            reference_name="documents/s raw upserts, no indexes",
            reference=ROWS / raw,
            ratio=TARGET,
        ),
        compare(
            name="the same beside raw upserts that are indexed afterwards",
            value=ROWS / whole,
            unit="rows/s",
            reference_name="documents/s raw upserts, then indexes",
            reference=ROWS / raw_indexed,
        ),
    ]


def _run_whole() -> float:
    get_database().drop_collection(INTERACTIONS.collection)
    seconds = time_call(lambda: run_backfill(name=INTERACTIONS.name, actor="bench", reason="bench", clock=timezone.now))
    assert get_database()[INTERACTIONS.collection].count_documents({}) == ROWS
    return seconds
