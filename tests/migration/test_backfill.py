import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Creator, Interaction
from migration.enums import BackfillPhase, Stage
from migration.errors import DuplicatesFound, SchemaChanged, StageConflict
from migration.models import BackfillRun, Dataset, OutboxRow, VersionMark
from migration.queries.backfills import describe_backfill
from migration.registry import get_spec
from migration.services.backfill import copy_chunk, run_backfill
from migration.services.backfill_chunks import ChunkStale, read_chunk, write_chunk
from migration.services.backfill_pace import Pace, find_wait_reason
from migration.services.datasets import end_capture
from migration.services.stages import pause_dataset, resume_dataset, throttle_dataset
from migration.stores.documents import create_indexes, list_missing_indexes
from tests.faults.conftest import build_variables
from tests.migration.conftest import drain, make_interaction, switch
from veri.platform.ops.services.heartbeats import record_heartbeat
from veri.settings.env import BASE_DIR

NAME = "interactions"
STAFF = {"actor": "test", "reason": "test"}


@pytest.fixture
def filled(creator, mongo, transactional_db) -> Creator:
    """Sixty rows, captured, not copied."""
    Interaction.objects.bulk_create(make_interaction(creator, str(number)) for number in range(60))
    switch("USE_MONGO")
    return creator


def backfill(**options) -> BackfillRun:
    return run_backfill(name=NAME, clock=timezone.now, **STAFF, **options)


def open_run() -> BackfillRun:
    """Move the dataset to BACKFILL and return its open run, with nothing copied."""

    class Opened(Exception):
        pass

    def stop(_progress) -> None:
        raise Opened

    with pytest.raises(Opened):
        backfill(chunk=1, on_progress=stop)
    BackfillRun.objects.update(cursor=-(2**63), copied=0)
    return BackfillRun.objects.get()


def get_live(mongo) -> dict[int, int]:
    return {one["_id"]: one["_mig"]["v"] for one in mongo.interactions.find({"_mig.d": {"$exists": False}})}


def get_rows() -> dict[int, int]:
    return dict(Interaction.objects.values_list("pk", "version"))


def test_copy_is_whole_validated_indexed_and_moves_the_dataset_on(filled, mongo):
    run = backfill(chunk=7)

    assert (run.copied, run.refused, run.orphans, run.phase, run.problem) == (60, 0, 0, BackfillPhase.DONE, "")
    assert (run.row_count, run.document_count, run.validated, run.validated_recent) == (60, 60, 60, 60)
    assert get_live(mongo) == get_rows()
    assert list_missing_indexes(get_spec(NAME)) == []
    assert Dataset.objects.get(name=NAME).stage == Stage.CATCHUP


def test_validation_compares_a_share_and_everything_of_the_last_day(filled, mongo, settings):
    settings.MIGRATION = replace(settings.MIGRATION, validate_share=0.0)
    newest = Interaction.objects.order_by("-version")[4].version
    VersionMark.objects.create(at=timezone.now() - timedelta(hours=25), version=newest)

    run = backfill()

    assert (run.validated, run.validated_recent, run.problem) == (4, 4, "")


def test_copy_that_does_not_agree_ends_with_its_problem_and_stays(filled, mongo):
    def damage(progress) -> None:
        if progress.phase == BackfillPhase.COPYING and progress.copied == 60:
            key = Interaction.objects.get(external_id="5").pk
            mongo.interactions.update_one({"_id": key}, {"$set": {"text": "bent"}})
            mongo.interactions.delete_one({"_id": Interaction.objects.get(external_id="6").pk})

    run = backfill(on_progress=damage)

    assert run.finished_at is not None
    assert run.problem.startswith("The copy does not agree: 2 compared rows differ, like ")
    assert "PostgreSQL has 60 rows, MongoDB 59 documents" in run.problem
    assert Dataset.objects.get(name=NAME).stage == Stage.BACKFILL


def test_change_on_its_way_is_no_fault_of_the_copy(filled, mongo, monkeypatch):
    monkeypatch.setattr("migration.services.backfill_validation.RECHECK_SECONDS", 0.3)

    def change(progress) -> None:
        if progress.phase == BackfillPhase.COPYING and progress.copied == 60:
            Interaction.objects.filter(external_id="5").delete()
            Interaction.objects.filter(external_id="6").update(text="nobody relays it yet")

    run = backfill(on_progress=change)
    assert (run.phase, run.problem, run.row_count, run.document_count) == (BackfillPhase.DONE, "", 59, 60)
    drain()

    assert get_live(mongo) == get_rows()


def test_documents_without_a_row_are_removed_by_tombstone(filled, mongo):
    mongo.interactions.insert_many([{"_id": 900_001, "creator_id": 1}, {"_id": 900_002, "_mig": {"v": 1, "d": True}}])

    run = backfill(chunk=7)

    assert run.orphans == 1
    drain()
    assert mongo.interactions.find_one({"_id": 900_001})["_mig"]["d"] is True


def test_row_deleted_after_it_was_read_ahead_stays_deleted(filled, mongo):
    run = open_run()
    spec = get_spec(NAME)
    chunk = read_chunk(spec, after=run.cursor, limit=100)
    victim = Interaction.objects.get(external_id="7").pk
    Interaction.objects.filter(pk=victim).delete()
    drain()

    write_chunk(spec, run, chunk, now=timezone.now())

    assert mongo.interactions.find_one({"_id": victim})["_mig"]["d"] is True
    assert get_live(mongo) == get_rows()


def test_row_changed_after_it_was_read_ahead_stays_new_in_either_order(filled, mongo):
    run = open_run()
    spec = get_spec(NAME)
    chunk = read_chunk(spec, after=run.cursor, limit=100)
    Interaction.objects.filter(external_id="7").update(text="new before")
    drain()
    Interaction.objects.filter(external_id="8").update(text="new after")

    write_chunk(spec, run, chunk, now=timezone.now())
    drain()

    assert get_live(mongo) == get_rows()


def test_chunk_read_before_a_truncate_is_thrown_away(filled, mongo):
    run = open_run()
    spec = get_spec(NAME)
    chunk = read_chunk(spec, after=run.cursor, limit=100)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE creators_interaction CASCADE")
    drain()

    with pytest.raises(ChunkStale):
        write_chunk(spec, run, chunk, now=timezone.now())

    assert get_live(mongo) == {}
    assert backfill().copied == 0


def test_truncate_waits_for_a_chunk_that_is_being_written(filled, mongo, open_session):
    run = open_run()
    truncated: list[float] = []

    def truncate() -> None:
        session = open_session()
        session.execute("TRUNCATE creators_interaction CASCADE")
        session.commit()
        truncated.append(time.monotonic())

    from migration.stores import documents

    given = documents.write_documents
    thread = threading.Thread(target=truncate)
    written: list[float] = []

    def write_slowly(spec, batch):
        thread.start()
        time.sleep(0.5)
        refused = given(spec, batch)
        written.append(time.monotonic())
        return refused

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "write_documents", write_slowly)
        copy_chunk(get_spec(NAME), run, now=timezone.now())
    thread.join(10)
    assert truncated[0] > written[0]
    drain()

    assert get_live(mongo) == {}


def test_two_processes_on_one_run_copy_each_row_once(filled, mongo):
    runs: list[BackfillRun] = []

    def work() -> None:
        with contextlib.suppress(StageConflict):  # the other one was faster to the end
            runs.append(backfill(chunk=5))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert runs
    assert BackfillRun.objects.get().copied == 60
    assert get_live(mongo) == get_rows()


def test_paused_dataset_stops_at_the_next_chunk_and_goes_on_where_it_was(filled, mongo):
    def pause(progress) -> None:
        if progress.copied == 20:
            pause_dataset(name=NAME, now=timezone.now(), **STAFF)

    run = backfill(chunk=10, on_progress=pause)

    assert (run.copied, run.finished_at, run.waiting_because) == (20, None, "The dataset is paused.")
    Interaction.objects.filter(external_id="1").update(text="the relay goes on")
    assert drain() == 1
    with pytest.raises(StageConflict, match="paused"):
        backfill()
    resume_dataset(name=NAME, now=timezone.now(), **STAFF)

    assert backfill(chunk=10).copied == 60
    assert BackfillRun.objects.count() == 1


def test_throttle_is_kept_and_may_change_while_it_runs(filled, mongo):
    throttle_dataset(name=NAME, rows_per_second=20, now=timezone.now(), **STAFF)
    chunks: list[int] = []

    def watch(progress) -> None:
        if progress.phase == BackfillPhase.COPYING and progress.copied not in (0, *chunks):
            chunks.append(progress.copied)
        if progress.copied == 40:
            throttle_dataset(name=NAME, rows_per_second=0, now=timezone.now(), **STAFF)

    started = time.monotonic()
    backfill(on_progress=watch)

    assert chunks[:2] == [20, 40]
    assert time.monotonic() - started >= 1.5


def test_backfill_waits_while_a_living_relay_is_behind_and_says_so(filled, settings):
    now = timezone.now()
    dataset = Dataset.objects.get(name=NAME)
    Interaction.objects.filter(external_id="1").update(text="waits")
    OutboxRow.objects.update(created_at=now - timedelta(seconds=30))
    assert find_wait_reason(dataset=dataset, now=now) == ""  # nobody relays: waiting would help nobody

    record_heartbeat(name="relay", now=now)
    assert find_wait_reason(dataset=dataset, now=now) == "The relay is behind by 30 s."

    settings.MIGRATION = replace(settings.MIGRATION, yield_rows=1)
    assert find_wait_reason(dataset=dataset, now=now) == "The relay is behind: at least 1 changes wait."
    OutboxRow.objects.all().delete()
    assert find_wait_reason(dataset=dataset, now=now) == ""


def test_backfill_goes_on_once_the_relay_has_caught_up(filled, mongo):
    Interaction.objects.filter(external_id="1").update(text="waits")
    OutboxRow.objects.update(created_at=timezone.now() - timedelta(seconds=30))
    record_heartbeat(name="relay", now=timezone.now())
    reasons: list[str] = []

    def watch(progress) -> None:
        if progress.waiting_because and not reasons:
            reasons.append(progress.waiting_because)
            drain()

    run = backfill(on_progress=watch)

    assert reasons[0].startswith("The relay is behind by 3")
    assert (run.copied, run.waiting_because) == (60, "")


def test_progress_estimates_by_the_place_among_the_keys(filled):
    run = BackfillRun(first_key=1001, last_key=2000, cursor=1250, copied=200, rows_per_second=50, estimated_total=7)

    progress = describe_backfill(run)

    assert (progress.estimated_total, progress.eta_seconds, progress.percent) == (800, 12.0, 25.0)
    run.waiting_because = "The relay is behind."
    assert describe_backfill(run).eta_seconds is None


def test_chunk_size_follows_the_time_a_chunk_takes(settings):
    settings.MIGRATION = replace(settings.MIGRATION, chunk_seconds=0.5)
    pace = Pace(rows=1000)
    for seconds, expected in ((0.1, 2000), (0.5, 2000), (1.0, 1000), (4.0, 500)):
        pace.note_chunk(copied=pace.rows, seconds=seconds)
        assert pace.rows == expected
    pace.note_chunk(copied=3, seconds=0.001)
    assert pace.rows == 500


def test_changed_table_is_refused_before_anything_is_copied(filled, mongo):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE creators_interaction RENAME COLUMN channel TO room")
    try:
        with pytest.raises(SchemaChanged, match='column "channel" does not exist'):
            backfill()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE creators_interaction RENAME COLUMN room TO channel")

    assert (BackfillRun.objects.count(), mongo.interactions.count_documents({})) == (0, 0)
    assert Dataset.objects.get(name=NAME).stage == Stage.CAPTURE


def test_rows_a_unique_index_would_refuse_are_named_before_anything_is_copied(filled, mongo, monkeypatch):
    spec = replace(get_spec(NAME), unique_indexes=((("creator_id", 1), ("type", 1)),))
    monkeypatch.setattr("migration.registry._specs", {NAME: spec})

    with pytest.raises(DuplicatesFound, match=r"\(creator_id, type\) is not unique: \(\d+, 'message'\) 60 times"):
        backfill()

    assert mongo.interactions.count_documents({}) == 0


def test_unique_index_comes_after_the_copy_and_lets_tombstones_be(filled, mongo, monkeypatch):
    spec = replace(get_spec(NAME), unique_indexes=((("creator_id", 1), ("platform", 1), ("external_id", 1)),))
    monkeypatch.setattr("migration.registry._specs", {NAME: spec})

    backfill()
    Interaction.objects.filter(external_id__in=["1", "2"]).delete()
    while OutboxRow.objects.exists():
        from migration.services.relay import relay_dataset

        relay_dataset(name=NAME)

    assert list_missing_indexes(spec) == []
    create_indexes(spec)
    assert mongo.interactions.count_documents({"_mig.d": True}) == 2


def test_run_that_was_ended_meanwhile_copies_and_moves_nothing(filled, mongo):
    def end(progress) -> None:
        end_capture(name=NAME, now=timezone.now(), **STAFF)

    with pytest.raises(StageConflict, match="ended meanwhile"):
        backfill(chunk=4, on_progress=end)

    assert mongo.interactions.count_documents({}) == 4
    assert Dataset.objects.get(name=NAME).stage == Stage.OFF


def test_row_that_cannot_be_mapped_is_left_to_the_quarantine_of_its_owner(filled, mongo):
    def spoil(progress) -> None:
        if progress.copied == 7:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE creators_interaction SET occurred_at = 'infinity' WHERE external_id = '40'")

    run = backfill(chunk=7, on_progress=spoil)
    drain()

    assert (run.copied, run.refused, run.problem) == (59, 1, "")
    kept = OutboxRow.objects.exclude(quarantined_at=None)
    assert set(kept.values_list("scope", flat=True)) == {filled.pk}


@pytest.fixture
def start_backfill(settings) -> Iterator:
    """Run backfill processes on this test's stores until a failpoint kills them, or to their end."""

    def start(failpoint: str = "") -> int:
        variables = build_variables(mongo_url=settings.MONGODB_URIS[0]) | {"VERI_FAILPOINT": failpoint}
        command = [sys.executable, "manage.py", "migration", "backfill", NAME, "--reason", "test"]
        done = subprocess.run(
            command,
            cwd=BASE_DIR,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        sys.stdout.write(done.stderr)  # shown when the test fails
        return done.returncode

    return start


POINTS = (
    "backfill.opened",
    "backfill.before_write",
    "backfill.after_write",
    "backfill.before_commit",
    "backfill.before_finish",
)


@pytest.mark.parametrize("point", POINTS)
def test_backfill_killed_at_a_point_goes_on_where_it_was(filled, mongo, start_backfill, point):
    assert start_backfill(f"{point}:1") == -signal.SIGKILL
    Interaction.objects.filter(external_id="5").delete()
    Interaction.objects.filter(external_id="6").update(text="changed meanwhile")
    if point == "backfill.before_finish":
        drain()  # all is copied: the second run would wait ten seconds for the relay to bring the two changes

    assert start_backfill() == 0
    drain()

    run = BackfillRun.objects.get()
    assert (run.phase, run.problem, run.copied >= 59) == (BackfillPhase.DONE, "", True)
    assert get_live(mongo) == get_rows()
    assert Dataset.objects.get(name=NAME).stage == Stage.CATCHUP


def test_backfill_beside_writers_and_a_relay_ends_with_both_stores_alike(filled, mongo):
    stop = threading.Event()

    def write() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            Interaction.objects.filter(external_id=str(turn % 60)).update(text=f"turn {turn}")
            make_interaction(filled, f"new {turn}").save()
            Interaction.objects.filter(external_id=f"new {turn - 3}").delete()
        connection.close()

    def relay() -> None:
        while not stop.is_set():
            drain()
        connection.close()

    threads = [threading.Thread(target=work) for work in (write, relay)]
    for thread in threads:
        thread.start()
    try:
        run = backfill(chunk=3)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    drain()

    assert run.problem == ""
    assert get_live(mongo) == get_rows()
