"""The relay beside a MongoDB that is away, slow, read-only or full; killed relays; changed tables."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.db import connection
from pymongo.errors import BulkWriteError, PyMongoError

from creators.models import Creator, Interaction
from migration.enums import Measure
from migration.errors import SchemaChanged
from migration.models import CaptureHeartbeat, MinuteCount, OutboxRow, RelayState
from migration.registry import get_spec
from migration.services.minutes import COUNTER
from migration.services.relay import relay_batch, relay_dataset
from migration.services.relay_lanes import Lane
from migration.services.relay_loop import RelayLoop
from migration.stores.documents import write_documents
from tests.faults.conftest import build_variables, wait_until
from tests.faults.proxy import NOT_PRIMARY, QUOTA, Proxy
from tests.migration.conftest import NAMES, drain, make_interaction
from veri.platform.connections import mongo as mongo_connection
from veri.platform.ops.models import Notification
from veri.settings.env import BASE_DIR

pytestmark = pytest.mark.xdist_group("driving")

NAME = "interactions"


@pytest.fixture
def proxy(capturing, settings) -> Iterator[Proxy]:
    """Everything this process says to MongoDB goes through here."""
    given = settings.MONGODB_URIS
    parts = urlsplit(given[0])
    with Proxy(upstream=(str(parts.hostname), int(parts.port or 27017))) as one:
        settings.MONGODB_URIS = [one.build_url(given[0])]
        mongo_connection.close()
        yield one
        settings.MONGODB_URIS = given
        mongo_connection.close()


@pytest.fixture
def looping() -> Iterator[Callable[[], RelayLoop]]:
    """Run relay loops in threads until the test ends."""
    stop = threading.Event()
    threads = []

    def start() -> RelayLoop:
        loop = RelayLoop(should_stop=stop.is_set)

        def run() -> None:
            loop.run()
            connection.close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return loop

    yield start
    stop.set()
    for thread in threads:
        thread.join(30)


@pytest.fixture
def start_relay(settings) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start relay processes on this test's stores; ``failpoint`` says where one kills itself."""
    started = []

    def start(failpoint: str = "") -> subprocess.Popen:
        variables = build_variables(mongo_url=settings.MONGODB_URIS[0]) | {"VERI_FAILPOINT": failpoint}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "migration", "relay"],
            cwd=BASE_DIR,
            env={**os.environ, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
    for process in started:
        process.wait(20)


def fill(creator: Creator, count: int = 20) -> None:
    Interaction.objects.bulk_create(make_interaction(creator, str(number)) for number in range(count))


def is_drained() -> bool:
    return not OutboxRow.objects.exists()


@pytest.mark.parametrize("fault", ["refused", "answer lost", "cut in the middle", "not primary", "full"])
def test_failed_batch_leaves_the_outbox_and_the_next_brings_everything(capturing, mongo, proxy, fault):
    fill(capturing)
    if fault == "refused":
        proxy.is_refusing = True
        proxy.cut()
    proxy.cut_answers = fault == "answer lost"
    proxy.cut_writes_of = 500 if fault == "cut in the middle" else 0
    proxy.refused_writes = NOT_PRIMARY if fault == "not primary" else 0
    proxy.refused_documents = QUOTA if fault == "full" else 0

    with pytest.raises(PyMongoError):
        relay_dataset(name=NAME)

    assert (OutboxRow.objects.count(), OutboxRow.objects.exclude(quarantined_at=None).count()) == (20, 0)
    proxy.is_refusing, proxy.refused_writes, proxy.refused_documents = False, 0, 0
    assert drain() == 20
    assert mongo_connection.get_database().interactions.count_documents({}) == 20


def test_unknown_code_for_a_whole_batch_quarantines_nothing_until_a_row_is_alone(capturing, mongo, proxy):
    fill(capturing, 2)
    proxy.refused_documents = 99_999
    with pytest.raises(BulkWriteError):
        relay_dataset(name=NAME)
    assert OutboxRow.objects.exclude(quarantined_at=None).count() == 0

    assert relay_dataset(name=NAME, limit=1).quarantined == 1

    assert OutboxRow.objects.filter(quarantined_at=None).count() == 1


def test_mongo_slower_than_the_deadline_is_given_up_and_tried_again(capturing, mongo, proxy, settings):
    settings.MIGRATION = replace(settings.MIGRATION, relay_deadline_seconds=0.5)
    fill(capturing)
    proxy.delay = 1
    started = time.monotonic()

    with pytest.raises(PyMongoError) as caught:
        relay_dataset(name=NAME)

    assert caught.value.timeout
    assert time.monotonic() - started < 5
    assert OutboxRow.objects.count() == 20


def test_loop_gets_through_a_mongo_of_a_second_a_call(capturing, mongo, proxy, looping):
    fill(capturing)
    proxy.delay = 1

    looping()

    wait_until(is_drained, seconds=60)
    proxy.delay = 0
    assert mongo_connection.get_database().interactions.count_documents({}) == 20


def test_mongo_of_five_seconds_a_call_is_away_and_said_to_be(capturing, mongo, proxy, looping):
    """The driver's own look at the server gives up after 1.5 s: nothing is lost, and it goes on when it is quick."""
    fill(capturing)
    proxy.delay = 5
    proxy.cut()
    looping()
    wait_until(lambda: RelayState.objects.exclude(failing_since=None).exists(), seconds=40)
    assert OutboxRow.objects.filter(quarantined_at=None).count() >= 20
    proxy.delay = 0

    wait_until(is_drained, seconds=20)

    wait_until(lambda: not RelayState.objects.exclude(failing_since=None).exists(), seconds=20)


def test_loop_goes_on_within_seconds_after_an_outage(capturing, mongo, proxy, looping):
    loop = looping()
    with proxy.away():
        fill(capturing)
        wait_until(lambda: loop.lanes[NAME].failures >= 2, seconds=30)
        assert OutboxRow.objects.filter(quarantined_at=None).count() >= 20
    ended = time.monotonic()

    wait_until(is_drained, seconds=20)

    assert time.monotonic() - ended < 5


def test_loop_counts_what_it_wrote_and_what_failed(capturing, mongo, proxy, looping):
    COUNTER.flush()
    MinuteCount.objects.all().delete()
    proxy.refused_writes = NOT_PRIMARY
    fill(capturing)
    loop = looping()
    wait_until(lambda: loop.lanes[NAME].failures >= 1, seconds=20)
    proxy.refused_writes = 0
    wait_until(is_drained, seconds=20)

    def count(measure: Measure) -> int:
        found = MinuteCount.objects.filter(dataset=NAME, measure=measure)
        return sum(found.values_list("count", flat=True))

    wait_until(lambda: count(Measure.RELAY_WRITTEN) >= 20 and count(Measure.RELAY_FAILED) >= 1, seconds=20)


def test_flooded_dataset_does_not_hold_up_another(capturing, mongo, looping):
    fill(capturing, 400)
    for turn in range(10):
        Interaction.objects.update(text=f"flood {turn}")
    type(capturing).objects.update(bio="waits behind nobody")
    loop = RelayLoop(should_stop=lambda: True)
    loop.lanes[NAME].rows = 50

    loop._drain()

    assert set(OutboxRow.objects.values_list("dataset", flat=True)) == {NAME}
    assert OutboxRow.objects.count() == 400 * 11 - 50


def test_lane_shrinks_when_slow_grows_when_quick_and_waits_at_most_two_seconds():
    lane = Lane(NAME, rows=400)
    lane.note_success(taken=400, seconds=3)
    assert lane.rows == 200
    lane.note_success(taken=200, seconds=0.1)
    assert lane.rows == 301
    lane.note_success(taken=5, seconds=0.1)
    assert lane.rows == 301
    for _ in range(20):
        lane.note_failure(BulkWriteError({"writeErrors": []}))
    assert (lane.rows, lane.may_go) == (1, False)
    assert lane.retry_at - time.monotonic() <= 2


def test_three_relay_processes_lose_and_double_nothing(capturing, mongo, start_relay):
    relays = [start_relay() for _ in range(3)]
    for turn in range(10):
        Interaction.objects.bulk_create(make_interaction(capturing, f"{turn}-{row}") for row in range(30))
        Interaction.objects.filter(external_id__endswith="-3").update(text=f"turn {turn}")
        Interaction.objects.filter(external_id=f"{turn}-7").delete()
        time.sleep(0.2)

    wait_until(is_drained, seconds=60)

    assert [one.poll() for one in relays] == [None] * 3
    live = {one["_id"]: one["_mig"]["v"] for one in mongo.interactions.find({"_mig.d": {"$exists": False}})}
    assert live == dict(Interaction.objects.values_list("pk", "version"))
    assert mongo.interactions.count_documents({"_mig.d": True}) == 10


@pytest.mark.parametrize("point", ["relay.taken", "relay.before_write", "relay.after_write", "relay.before_commit"])
def test_relay_killed_at_a_point_loses_nothing(capturing, mongo, start_relay, point):
    fill(capturing)
    Interaction.objects.filter(external_id="3").delete()
    before = set(OutboxRow.objects.values_list("pk", flat=True))

    assert start_relay(failpoint=f"{point}:1").wait(30) == -signal.SIGKILL

    wait_until(lambda: before <= set(OutboxRow.objects.values_list("pk", flat=True)), seconds=10)
    start_relay()
    wait_until(is_drained, seconds=30)
    live = {one["_id"]: one["_mig"]["v"] for one in mongo.interactions.find({"_mig.d": {"$exists": False}})}
    assert live == dict(Interaction.objects.values_list("pk", "version"))


CHANGES = {
    "vanished": (
        "ALTER TABLE creators_interaction RENAME COLUMN channel TO room",
        "ALTER TABLE creators_interaction RENAME COLUMN room TO channel",
        'column "channel" does not exist',
    ),
    "retyped": (
        "ALTER TABLE creators_interaction ALTER COLUMN author TYPE bytea USING author::bytea",
        "ALTER TABLE creators_interaction ALTER COLUMN author TYPE varchar(200) USING convert_from(author, 'UTF8')",
        "creators_interaction.author is bytea, the mapper needs text or varchar",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_table_stops_its_dataset_until_it_is_mended(capturing, mongo, looping, settings, change):
    settings.ALERT_EMAILS = ["staff@example.org"]
    alter, mend, text = CHANGES[change]
    fill(capturing)
    with connection.cursor() as cursor:
        cursor.execute(alter)
    try:
        with pytest.raises(SchemaChanged, match=text):
            relay_batch(datasets=[NAME])
        assert (OutboxRow.objects.count(), OutboxRow.objects.exclude(quarantined_at=None).count()) == (20, 0)
        loop = looping()
        wait_until(lambda: RelayState.objects.filter(dataset=NAME).exclude(stopped_because="").exists(), seconds=20)
        assert text in RelayState.objects.get(dataset=NAME).stopped_because
        assert Notification.objects.get().subject == "The relay stopped for interactions"
        type(capturing).objects.update(bio="others go on")
        wait_until(lambda: set(OutboxRow.objects.values_list("dataset", flat=True)) == {NAME}, seconds=20)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(mend)

    wait_until(is_drained, seconds=20)
    assert mongo.interactions.count_documents({}) == 20
    wait_until(lambda: RelayState.objects.get(dataset=NAME).stopped_because == "", seconds=20)
    assert loop.lanes[NAME].stopped_because == ""


def test_loop_sends_heartbeats_and_notes_their_arrival(capturing, mongo, looping):
    fill(capturing)

    looping()

    wait_until(lambda: CaptureHeartbeat.objects.exclude(seen_at=None).count() >= 2, seconds=20)
    assert all(beat.lag_seconds < 5 for beat in CaptureHeartbeat.objects.exclude(seen_at=None))


def test_race_of_two_first_writes_keeps_the_newer(db, mongo):
    """A duplicate key does not prove that the stored version is newer: somebody may just have inserted an older."""
    spec = get_spec(NAME)
    for turn in range(10):
        documents = [
            {"_id": turn, "text": f"v{version}", "_mig": {"v": version, "h": "", "m": 1}} for version in range(1, 7)
        ]
        threads = [threading.Thread(target=write_documents, args=[spec, [one]]) for one in documents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert {one["text"] for one in mongo.interactions.find()} == {"v6"}


def test_quarantined_rows_do_not_hold_up_those_behind(capturing, mongo, open_session):
    fill(capturing, 40)
    session = open_session()
    session.execute("UPDATE creators_interaction SET occurred_at = 'infinity' WHERE external_id < '3'")
    session.commit()

    while relay_batch(datasets=NAMES, limit=5).taken:
        pass

    bad = Interaction.objects.filter(external_id__lt="3").count()
    assert OutboxRow.objects.values("key").distinct().count() == bad
    assert OutboxRow.objects.filter(quarantined_at=None).count() == 0
    assert mongo.interactions.count_documents({}) == 40 - bad
