"""Verification beside the bare tools: two PostgreSQL copies, both stores, fingerprints, memory, live writes."""

import signal
import subprocess
import sys
import time
from functools import partial
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from django.utils import timezone

from creators.datasets import INTERACTIONS as SPEC
from creators.samples.generator import generate_samples
from migration.enums import Flag, ParityState
from migration.models import ParityMismatch, ParityRun
from migration.services.backfill import run_backfill
from migration.services.verification import check_parity
from migration.services.verification.copies import compare_copies
from migration.services.verification.fast_walk import find_doubtful
from migration.stores import fingerprints, key_ranges
from migration.stores.table_side import open_side
from tests.bench import data_diff
from tests.bench.measuring import Figure, at_least, at_most, compare, interleave, judge, time_call
from tests.bench.processes import wait_until
from tests.bench.tables import INTERACTIONS, create_creators, empty_stores, forget_outbox, switch
from veri.platform.connections.mongo import get_database
from veri.platform.connections.postgres import open_dedicated_connection

COPIED, DIFFERENCES = 1_000_000, 108
DOCUMENTS, STAMPED = 30_000, 300_000
ROUNDS = 3
COLUMNS = ("id", "creator_id", "platform", "external_id", "text", "payload", "occurred_at", "version")
MOST_MB = 300
MOST_SLOWDOWN = 1.15
WRITE_ROUNDS = 15

_COPIES = """
DROP TABLE IF EXISTS bench_left, bench_right;
CREATE TABLE bench_left (id bigint PRIMARY KEY, creator_id bigint NOT NULL, platform text NOT NULL,
  external_id text NOT NULL, text text NOT NULL, payload jsonb NOT NULL, occurred_at timestamptz NOT NULL,
  version bigint NOT NULL);
INSERT INTO bench_left SELECT g, mod(g, 1000), (array['chat', 'youtube', 'twitch'])[1 + mod(g, 3)], 'ext-' || g,
  'I love the sourdough episode number ' || g || ', when is the next one?',
  jsonb_build_object('likes', mod(g, 500), 'lang', 'en'),
  timestamptz '2026-01-01' + g * interval '1 second 7 microseconds', g
FROM generate_series(1, {rows}) g;
CREATE TABLE bench_right (LIKE bench_left INCLUDING ALL);
INSERT INTO bench_right SELECT * FROM bench_left;
UPDATE bench_right SET text = text || '!' WHERE mod(id, {rows} / 99) = 7;
DELETE FROM bench_right WHERE mod(id, {rows} / 9) = 5"""
_ROWS = """
INSERT INTO creators_interaction
  (creator_id, platform, external_id, type, channel, author, text, attachments, payload, occurred_at, received_at)
SELECT {creator}, 'youtube', 'v' || g, 'comment', 'main', 'viewer' || mod(g, 97),
  'I love the sourdough episode number ' || g || ', when is the next one?', '[]',
  jsonb_build_object('likes', mod(g, 500), 'lang', 'en'),
  timestamptz '2026-01-01' + g * interval '1 second 7 microseconds', now()
FROM generate_series({first}, {last}) g"""
_UPDATE = "UPDATE creators_interaction SET channel = channel WHERE id = ANY(%s)"
_LEDGER = """
INSERT INTO migration_ledgerentry (dataset, key, version, fingerprint, is_deleted)
SELECT 'interactions', id, version, hashint8extended(id, 7), false FROM creators_interaction
ON CONFLICT (dataset, key) DO UPDATE SET version = EXCLUDED.version, fingerprint = EXCLUDED.fingerprint"""


def measure() -> list[Figure]:
    return [*measure_copies(), *measure_documents(), *measure_fingerprints()]


def measure_copies() -> list[Figure]:
    """1M rows on two sides with 99 updates and 9 deletes scattered over them."""
    fill_copies()
    tool = data_diff.find_python()
    rivals = [partial(data_diff.run, tool, threads=threads) for threads in (1, 2)] if tool else []
    ours, copied, *theirs = interleave(rounds=ROUNDS, runs=[_compare_copies, _copy_out, *rivals])
    shared = {
        "name": f"two copies, {COPIED:,} rows, {DIFFERENCES} differences",
        "value": COPIED / ours,
        "unit": "rows/s",
    }
    figures = [
        compare(**shared, reference_name="rows/s COPY out of one side", reference=COPIED / copied, ratio=at_least(0.25))
    ]
    for threads, seconds in zip((1, 2), theirs, strict=False):
        name = f"rows/s data-diff 0.11.2, {threads} thread{'s' * (threads > 1)}"
        target = at_least(2) if threads == 1 else None
        figures.append(compare(**shared, reference_name=name, reference=COPIED / seconds, ratio=target))
    if not tool:
        figures.append(Figure(**shared, note="data-diff could not be installed"))
    return [*figures, _judge_memory("copies", "two copies")]


def fill_copies() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in _COPIES.format(rows=COPIED).split(";"):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE bench_left, bench_right")
        cursor.execute("RESET statement_timeout")


def _compare_copies() -> float:
    return time_call(compare_both)


def compare_both() -> None:
    with open_dedicated_connection() as left, open_dedicated_connection() as right:
        sides = [open_side(connection=one, table=name, columns=COLUMNS) for one, name in _name_sides(left, right)]
        parts = list(compare_copies(left=sides[0], right=sides[1]))
    assert sum(one.compared for one in parts) == COPIED
    assert sum(len(one.differences) for one in parts) == DIFFERENCES


def _name_sides(left: Any, right: Any) -> list[tuple[psycopg.Connection[Any], str]]:
    return [(left, "bench_left"), (right, "bench_right")]


def _copy_out() -> float:
    def copy() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY bench_left TO STDOUT") as stream:
            while stream.read():
                pass

    return time_call(copy)


def measure_documents() -> list[Figure]:
    fill_documents()
    deep, found = interleave(rounds=ROUNDS, runs=[_check, _find])
    memory = _judge_memory("documents", "deep pass")
    with_pass, without = _measure_writes()
    return [
        compare(
            name=f"deep pass over {DOCUMENTS:,} interactions",
            value=DOCUMENTS / deep,
            unit="rows/s",
            reference_name="documents/s bare find",
            reference=DOCUMENTS / found,
            ratio=at_least(0.6),
        ),
        compare(
            name="a live write while a deep pass runs",
            value=with_pass * 1000,
            unit="ms",
            reference_name="ms alone",
            reference=without * 1000,
            ratio=at_most(MOST_SLOWDOWN),
        ),
        memory,
    ]


def fill_documents() -> None:
    """Fill table and collection through a backfill."""
    empty_stores()
    creators = create_creators(generate_samples())
    _insert_rows(creators, first=1, last=DOCUMENTS)
    switch(Flag.USE_MONGO, is_on=True)
    run_backfill(name=SPEC.name, actor="bench", reason="bench", clock=timezone.now)
    forget_outbox()


def _insert_rows(creators: dict[str, int], *, first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(creator=min(creators.values()), first=first, last=last))
        cursor.execute(f"VACUUM ANALYZE {INTERACTIONS}")


def _check() -> float:
    return time_call(check_documents)


def check_live() -> None:
    """Verify while rows change that nobody relays: what is waiting is no concern here."""
    check_parity(name=SPEC.name, clock=timezone.now, recheck_seconds=0)


def check_documents() -> None:
    run = check_parity(name=SPEC.name, clock=timezone.now)
    assert (run.state, run.compared) == (ParityState.CLEAN, DOCUMENTS), (run.state, run.compared)
    ParityMismatch.objects.all().delete()
    ParityRun.objects.all().delete()


def _find() -> float:
    def find() -> None:
        assert sum(1 for _ in get_database()[SPEC.collection].find()) == DOCUMENTS

    return time_call(find)


def _measure_writes() -> tuple[float, float]:
    """Return the median seconds of a write while a process of its own verifies, and while that process stands still."""
    passes = subprocess.Popen([sys.executable, "-m", "tests.bench.verify_process", "endless"])
    try:
        wait_until(ParityRun.objects.exclude(finished_at=None).exists)
        with open_dedicated_connection() as session:

            def run(order: signal.Signals) -> float:
                passes.send_signal(order)
                time.sleep(0.2)
                return _time_writes(session)

            runs = [partial(run, signal.SIGCONT), partial(run, signal.SIGSTOP)]
            busy, idle = interleave(rounds=WRITE_ROUNDS, runs=runs)
            assert passes.poll() is None
    finally:
        passes.kill()
        passes.wait()
    return busy, idle


def _time_writes(session: psycopg.Connection[Any]) -> float:
    """Return the mean seconds of a commit of ten updated rows, thirty a second for a second."""
    taken, deadline = [], time.monotonic() + 1
    (low,) = session.execute(f"SELECT min(id) FROM {INTERACTIONS}").fetchone() or (0,)
    while time.monotonic() < deadline:
        keys = [low + (len(taken) * 7 + step * 13) % 200 for step in range(10)]
        taken.append(time_call(partial(session.execute, _UPDATE, [keys])))
        time.sleep(0.03)
    return sum(taken) / len(taken)


def measure_fingerprints() -> list[Figure]:
    fill_fingerprints()
    known = fingerprints.read_ledger(SPEC, after=0, until=None)
    stamps = np.zeros(len(known), dtype=fingerprints.STAMP)
    stamps["key"], stamps["version"], stamps["fingerprint"] = known["key"], known["version"], known["fingerprint"]
    stamps["is_live"] = True
    fast, copied = interleave(rounds=5, runs=[lambda: _read_fingerprints(stamps), _copy_ledger])
    return [
        judge(
            name=f"fast tier, PostgreSQL's side, {STAMPED:,} rows",
            value=STAMPED / fast,
            unit="rows/s",
            bound=at_least(300_000),
        ),
        compare(
            name="the same beside a bare COPY of the ledger",
            value=STAMPED / fast,
            unit="rows/s",
            reference_name="rows/s COPY of the ledger",
            reference=STAMPED / copied,
        ),
    ]


def fill_fingerprints() -> None:
    empty_stores()
    creators = create_creators(generate_samples())
    _insert_rows(creators, first=1, last=STAMPED)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE migration_ledgerentry")
        cursor.execute(_LEDGER)
        cursor.execute("VACUUM ANALYZE migration_ledgerentry")


def _read_fingerprints(stamps: fingerprints.Stamps) -> float:
    """Return the seconds of reading rows and ledger in windows and finding what is doubtful: nothing."""

    def read() -> None:
        after = key_ranges.find_window_end(SPEC, after=-1, rows=1) or 0
        after, count = after - 1, 0
        while after is not None:
            until = key_ranges.find_window_end(SPEC, after=after, rows=50_000)
            known = fingerprints.read_ledger(SPEC, after=after, until=until)
            inside = stamps[(stamps["key"] > after) & (stamps["key"] <= (until or 2**62))]
            assert not len(find_doubtful(known, inside))
            count, after = count + len(known), until  # type: ignore[assignment]
        assert count == STAMPED

    return time_call(read)


def _copy_ledger() -> float:
    query = "SELECT key, version, fingerprint FROM migration_ledgerentry WHERE dataset = 'interactions'"
    return time_call(lambda: key_ranges.copy_out(query))


def _judge_memory(what: str, name: str) -> Figure:
    """Return the highest resident memory of a process that does this once."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.bench.verify_process", what], check=True, capture_output=True, text=True
    )
    used = int(found.stdout.split()[-1])
    return judge(
        name=f"highest memory of a process: {name}",
        value=used / 1024,
        unit="MB",
        bound=at_most(MOST_MB),
    )
