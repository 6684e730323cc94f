"""Passes under live writes: real writers on connections of their own, a real relay, no false mismatch."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from migration.enums import MismatchOutcome, ParityMode, ParityState, ParityTier
from migration.models import OutboxRow, ParityMismatch
from migration.services.relay import relay_batch
from tests.migration.verification.conftest import NAME, check, get_key

pytestmark = pytest.mark.timeout(180)
WRITERS, LEAST_PER_SECOND = 3, 300
INSERT = """
INSERT INTO creators_interaction
  (creator_id, platform, external_id, type, channel, author, text, attachments, payload, occurred_at, received_at)
SELECT %s, 'chat', %s || g, 'message', '', '', 'live ' || g, '[]', '{"b": 1, "a": 2.50}', now(), now()
FROM generate_series(1, %s) g"""
UPDATE = """
UPDATE creators_interaction SET text = 'live ' || clock_timestamp(), author = md5(random()::text)
WHERE id = ANY(%s)"""


class Load:
    """Writers that insert, update, delete and re-insert until told to stop."""

    def __init__(self, sessions, creator_id: int, keys: list[int]) -> None:
        self.writes = 0
        self.errors: list[BaseException] = []
        self._stop = threading.Event()
        self._keys, self._creator_id = keys, creator_id
        self._threads = [
            threading.Thread(target=self._guard, args=[self._write, session, number])
            for number, session in enumerate(sessions)
        ]
        self._threads.append(threading.Thread(target=self._guard, args=[self._relay]))

    def _guard(self, work, *args) -> None:
        try:
            work(*args)
        except BaseException as error:
            self.errors.append(error)
            raise
        finally:
            connection.close()

    def _write(self, session: psycopg.Connection, number: int) -> None:
        source, turn = random.Random(number), 0  # noqa: S311  a load
        while not self._stop.is_set():
            turn += 1
            rows = session.execute(UPDATE, [sorted(source.sample(self._keys, 10))]).rowcount
            rows += session.execute(INSERT, [self._creator_id, f"live-{number}-{turn}-", 4]).rowcount
            if turn % 3 == 0:
                pattern = f"live-{number}-{source.randint(1, turn)}-%"
                rows += session.execute(
                    "DELETE FROM creators_interaction WHERE external_id LIKE %s", [pattern]
                ).rowcount
            session.commit()
            self.writes += rows
            time.sleep(0.08)

    def _relay(self) -> None:
        while not self._stop.is_set():
            if not relay_batch(datasets=[NAME], limit=500).taken:
                time.sleep(0.02)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()


@pytest.fixture
def load(copied, open_session) -> Load:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [copied.pk, "seed-", 600])
    while relay_batch(datasets=[NAME]).taken:
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM creators_interaction")
        keys = [key for (key,) in cursor.fetchall()]
    return Load([open_session() for _ in range(WRITERS)], copied.pk, keys)


def test_no_false_mismatch_in_any_kind_of_pass_under_300_writes_a_second(load, copied):
    runs = []
    with load.running():
        started = time.monotonic()
        for _ in range(2):
            runs.append(check(window=200, recheck_seconds=10))
            runs.append(check(tier=ParityTier.FAST, window=200, recheck_seconds=10))
            runs.append(check(mode=ParityMode.SAMPLE, sample=300, recheck_seconds=10))
            runs.append(check(mode=ParityMode.SCOPE, scope=copied.pk, recheck_seconds=10))
        rate = load.writes / (time.monotonic() - started)

    assert not load.errors
    assert rate >= LEAST_PER_SECOND, f"only {rate:.0f} writes/s"
    assert [(one.mismatched, list(one.mismatches.values("kind", "fields"))) for one in runs] == [(0, [])] * len(runs)
    assert {one.state for one in runs} == {ParityState.CLEAN}
    assert all(one.compared > 100 for one in runs)
    assert any(one.generation for one in runs)  # rows in flight were met


def test_true_differences_are_found_among_live_writes(load, mongo):
    bent, lost = get_key("3"), get_key("4")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM creators_interaction WHERE id <> ALL(%s)", [[bent, lost]])
        load._keys = [key for (key,) in cursor.fetchall()]
    mongo.interactions.update_one({"_id": bent}, {"$set": {"text": "bent"}})
    mongo.interactions.delete_one({"_id": lost})
    mongo.interactions.insert_one({"_id": 7_000_000})

    with load.running():
        run = check(window=200, recheck_seconds=10)

    found = set(run.mismatches.values_list("key", "kind", "outcome"))
    assert found == {
        (bent, "content", "mismatch"),
        (lost, "missing", "mismatch"),
        (7_000_000, "extra", "mismatch"),
    }


def test_key_that_never_stands_still_is_suspended_not_different(copied, open_session):
    """Its outbox is never empty and its version never the same twice: nothing can be said of it."""
    session, stop = open_session(), threading.Event()
    key = get_key("5")

    def write() -> None:
        while not stop.is_set():
            session.execute("UPDATE creators_interaction SET text = text || '.' WHERE id = %s", [key])
            session.commit()
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.1)
        run = check(recheck_seconds=1)
    finally:
        stop.set()
        writer.join()

    assert (run.state, run.mismatched, run.suspended) == (ParityState.UNSETTLED, 0, 1)
    assert ParityMismatch.objects.get().outcome == MismatchOutcome.SUSPENDED
    assert OutboxRow.objects.exists()
