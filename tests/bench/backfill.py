"""A whole backfill, beside raw PyMongo upserts of the same documents into the same server."""

from django.utils import timezone

from creators.datasets import INTERACTIONS
from migration.models import BackfillRun, Dataset
from migration.services.backfill import copy_chunk, run_backfill
from tests.bench.measuring import Figure, at_least, compare, interleave, time_call
from tests.bench.relay import ROWS, fill_interactions, map_interactions, upsert_raw
from veri.platform.connections.mongo import get_database

ROUNDS = 5
TARGET = at_least(0.5)


def measure() -> list[Figure]:
    fill_interactions()
    documents = map_interactions()
    copied, whole, raw = interleave(rounds=ROUNDS, runs=[_copy, _run_whole, lambda: upsert_raw(documents)])
    return [
        compare(
            name=f"backfill of {ROWS:,} interactions, copying",
            value=ROWS / copied,
            unit="rows/s",
            reference_name="documents/s raw upserts",
            reference=ROWS / raw,
            ratio=TARGET,
        ),
        compare(
            name="the whole run, with its indexes built at the end",
            value=ROWS / whole,
            unit="rows/s",
            reference_name="documents/s raw upserts, no indexes",
            reference=ROWS / raw,
        ),
    ]


def _copy() -> float:
    get_database().drop_collection(INTERACTIONS.collection)
    run = _open_run()

    def copy() -> None:
        while copy_chunk(INTERACTIONS, run, now=timezone.now()):
            pass

    seconds = time_call(copy)
    assert run.copied == ROWS
    BackfillRun.objects.filter(pk=run.pk).delete()
    return seconds


def _open_run() -> BackfillRun:
    now = timezone.now()
    dataset = Dataset.objects.get(name=INTERACTIONS.name)
    return BackfillRun.objects.create(dataset=dataset, started_at=now, updated_at=now)


def _run_whole() -> float:
    get_database().drop_collection(INTERACTIONS.collection)
    seconds = time_call(lambda: run_backfill(name=INTERACTIONS.name, actor="bench", reason="bench", clock=timezone.now))
    assert get_database()[INTERACTIONS.collection].count_documents({}) == ROWS
    return seconds
