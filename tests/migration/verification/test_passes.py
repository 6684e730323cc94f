"""Passes: never falsely green, resumable, one at a time, first seen, modes, alarms."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pymongo.errors import PyMongoError

from creators.models import Interaction
from migration.enums import ParityMode, ParityState, ParityTier, Stage
from migration.errors import SchemaChanged, VerificationRunning
from migration.models import Dataset, ParityMismatch, ParityRun, ParitySuspect, VersionMark
from migration.services.backfill import run_backfill
from migration.services.reconcile import reconcile
from migration.services.verification import verify_keys
from migration.services.verification.locking import hold_pass
from migration.services.verification.runs import open_run
from tests.faults.conftest import build_variables
from tests.migration.conftest import drain, make_interaction, switch
from tests.migration.verification.conftest import NAME, check, get_key
from veri.platform.events.models import Event
from veri.platform.ops.models import Notification


def test_clean_pass_changes_no_stage(copied):
    run = check()

    assert (run.state, run.compared, run.mismatched, run.suspended) == (ParityState.CLEAN, 30, 0, 0)
    assert (run.tier, run.mode, run.is_walked, run.percent) == (ParityTier.DEEP, ParityMode.FULL, True, 100.0)
    assert Dataset.objects.get(name=NAME).stage == Stage.CATCHUP


def test_pass_over_nothing_is_empty(creator, mongo, transactional_db):
    switch("USE_MONGO")
    run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now)

    for given in ({}, {"tier": ParityTier.FAST}, {"mode": ParityMode.SAMPLE}, {"mode": ParityMode.RECENT}):
        run = check(**given)
        assert (run.state, run.percent) == (ParityState.EMPTY, 0.0), given


def test_rows_in_flight_are_no_mismatch_once_they_arrive(copied):
    def relay_late() -> None:
        drain()
        connection.close()

    Interaction.objects.filter(external_id="1").update(text="in flight")
    relay = threading.Timer(0.5, relay_late)
    relay.start()

    run = check(recheck_seconds=5)

    relay.join()
    assert run.state == ParityState.CLEAN
    assert not ParitySuspect.objects.exists()


def test_pass_is_kept_as_failed_when_mongo_is_away_and_goes_on_when_it_is_back(copied, mongo, mongo_away, settings):
    with pytest.raises(PyMongoError):
        check()

    run = ParityRun.objects.get()
    assert (run.state, run.error, run.percent) == (ParityState.FAILED, "ServerSelectionTimeoutError", 0.0)


def test_pass_out_of_time_goes_on_at_its_cursor(copied):
    first = check(window=7, budget_seconds=0)
    assert (first.state, first.compared, first.finished_at) == (ParityState.RUNNING, 7, None)

    turns = 1
    while (run := check(window=7, budget_seconds=0)).state == ParityState.RUNNING:
        turns += 1
        assert run.pk == first.pk

    assert (run.pk, run.state, run.compared, turns) == (first.pk, ParityState.CLEAN, 30, 4)


def test_failed_pass_goes_on_without_comparing_twice(copied):
    def fail(compared: int) -> None:
        if compared > 14:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        check(window=7, on_progress=fail)
    assert ParityRun.objects.get().compared == 14

    run = check(window=7)

    assert (ParityRun.objects.count(), run.state, run.compared, run.error) == (1, ParityState.CLEAN, 30, "")


def test_pass_of_an_earlier_mapper_or_copy_is_not_taken_up(copied):
    check(window=7, budget_seconds=0)
    ParityRun.objects.update(shape="another")

    run = check(window=7)

    assert (run.state, run.compared, ParityRun.objects.count()) == (ParityState.CLEAN, 30, 2)
    assert ParityRun.objects.earliest("pk").state == ParityState.FAILED


def test_table_that_was_changed_is_refused_in_words(copied, open_session):
    session = open_session()
    session.execute("ALTER TABLE creators_interaction RENAME COLUMN channel TO channel_name")
    session.commit()
    try:
        with pytest.raises(SchemaChanged, match="channel"):
            check()
    finally:
        session.execute("ALTER TABLE creators_interaction RENAME COLUMN channel_name TO channel")
        session.commit()

    run = ParityRun.objects.get()
    assert run.state == ParityState.FAILED
    assert "channel" in run.error


def test_second_pass_at_the_same_time_is_told(copied):
    with hold_pass(dataset=NAME, tier="deep", mode="full", scope=None), pytest.raises(VerificationRunning):
        check()

    assert not ParityRun.objects.exists()
    assert check().state == ParityState.CLEAN


KILLED = """
import django
django.setup()
from django.utils import timezone
from migration.services.verification import check_parity
check_parity(name="interactions", clock=timezone.now, window=7, recheck_seconds=0.3)
"""


@pytest.mark.parametrize("point", ["verify.checkpoint:2", "verify.batch:3", "verify.settled:1"])
def test_killed_pass_is_taken_up_at_its_cursor(copied, mongo, settings, point):
    key, extra = get_key("3"), get_key("20")
    mongo.interactions.update_one({"_id": key}, {"$set": {"text": "bent"}})
    mongo.interactions.delete_one({"_id": extra})
    variables = build_variables(mongo_url=settings.MONGODB_URIS[0]) | {
        "VERI_FAILPOINT": point,
        "VERI_TEST_RUN": settings.MONGODB_NAME.split("_")[2],
    }

    killed = subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, **variables}, timeout=60, check=False)

    assert killed.returncode == -signal.SIGKILL
    dead = ParityRun.objects.get()
    assert (dead.state, dead.compared in (7, 14, 30)) == (ParityState.RUNNING, True)
    assert ParitySuspect.objects.filter(key=key).exists()
    run = check(window=7)
    assert (run.pk, run.state, run.compared) == (dead.pk, ParityState.DIFFERENT, 30)
    assert set(run.mismatches.values_list("key", "kind")) == {(key, "content"), (extra, "missing")}


def test_first_seen_is_kept_until_the_key_was_right(copied, mongo):
    key = get_key("5")
    mongo.interactions.update_one({"_id": key}, {"$set": {"text": "bent"}})
    first = check().mismatches.get()
    second = check().mismatches.get()
    assert second.first_seen == first.first_seen
    reconcile(run=second.run, actor="t", reason="r", now=timezone.now())
    drain()
    assert check().state == ParityState.CLEAN
    assert not ParityMismatch.objects.filter(resolved_at=None).exists()
    mongo.interactions.update_one({"_id": key}, {"$set": {"text": "bent again"}})

    third = check().mismatches.get()

    assert third.first_seen > first.first_seen
    assert third.get_age_seconds(now=third.first_seen + timedelta(seconds=5)) == 5.0


def test_sample_compares_as_many_as_asked(copied, mongo):
    assert check(mode=ParityMode.SAMPLE, sample=10).compared == 10
    mongo.interactions.update_many({}, {"$set": {"text": "bent"}})

    run = check(mode=ParityMode.SAMPLE, sample=10)

    assert (run.state, run.compared, run.mismatched) == (ParityState.DIFFERENT, 10, 10)
    assert check(mode=ParityMode.SAMPLE).compared == 30


def test_recent_pass_compares_what_was_written_and_deleted_since_a_day(copied, mongo):
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM migration_version_seq")
        (version,) = cursor.fetchone()
    VersionMark.objects.all().delete()
    VersionMark.objects.create(at=timezone.now() - timedelta(hours=25), version=version)
    Interaction.objects.filter(external_id__in=["3", "4"]).update(text="today")
    buried = get_key("9")
    document = mongo.interactions.find_one({"_id": buried})
    Interaction.objects.filter(pk=buried).delete()
    drain()
    assert check(mode=ParityMode.RECENT).compared == 3
    mongo.interactions.update_one({"_id": get_key("3")}, {"$set": {"text": "bent"}})
    mongo.interactions.update_one({"_id": get_key("20")}, {"$set": {"text": "bent long ago"}})
    mongo.interactions.replace_one({"_id": buried}, document)

    run = check(mode=ParityMode.RECENT)

    found = set(run.mismatches.values_list("key", "kind"))
    assert found == {(get_key("3"), "content"), (buried, "resurrected")}


def test_scope_pass_looks_at_one_creator_in_both_directions(copied, mongo, owner):
    from creators.models import Creator

    other = Creator.objects.create(owner=owner, handle="other", created_at=timezone.now(), updated_at=timezone.now())
    make_interaction(other, "theirs").save()
    drain()
    theirs = get_key("theirs")
    mongo.interactions.update_one({"_id": theirs}, {"$set": {"text": "bent"}})
    mongo.interactions.insert_many([{"_id": 888_888, "creator_id": other.pk}, {"_id": "x", "creator_id": other.pk}])
    mongo.interactions.update_one({"_id": get_key("3")}, {"$set": {"text": "bent"}})

    run = check(mode=ParityMode.SCOPE, scope=other.pk)

    found = set(run.mismatches.values_list("key", "document_id", "kind", "scope"))
    assert found == {
        (theirs, "", "content", other.pk),
        (888_888, "", "extra", other.pk),
        (None, '"x"', "extra", other.pk),
    }
    assert check(mode=ParityMode.SCOPE, scope=copied.pk).mismatched == 1


def test_divergence_publishes_an_event_and_alarms(copied, mongo, settings):
    settings.ALERT_EMAILS = ["ops@example.com"]
    mongo.interactions.update_one({"_id": get_key("5")}, {"$set": {"text": "bent"}})
    check()
    assert not Event.objects.filter(name="migration.divergence").exists()
    mongo.interactions.delete_one({"_id": get_key("6")})

    run = check()

    event = Event.objects.get(name="migration.divergence")
    assert event.payload == {"dataset": NAME, "run": run.pk, "compared": 30, "mismatched": 2}
    notice = Notification.objects.get()
    assert (notice.recipient, notice.subject) == ("ops@example.com", "Veri: interactions diverges")


def test_progress_of_a_running_pass_can_be_seen(copied):
    seen: list[int] = []

    check(window=10, on_progress=seen.append)

    assert seen[-1] == 30
    run = ParityRun.objects.get()
    assert (run.started_by, run.updated_at is not None, run.generation) == ("parity", True, 0)


def test_verify_keys_says_what_still_differs_and_what_is_on_its_way(copied, mongo):
    first, second = get_key("5"), get_key("6")
    mongo.interactions.delete_many({"_id": {"$in": [first, second]}})
    run = check()
    reconcile(run=run, actor="t", reason="r", now=timezone.now(), keys=[first])
    assert vars(verify_keys(run=run, clock=timezone.now, wait_seconds=0.2)) == {
        "resolved": 0,
        "differing": 0,
        "waiting": 1,
    }
    drain()
    mongo.interactions.update_one({"_id": first}, {"$set": {"text": "bent again"}})

    result = verify_keys(run=run, clock=timezone.now, wait_seconds=1)

    assert vars(result) == {"resolved": 0, "differing": 1, "waiting": 0}
    kept = run.mismatches.get(key=first)
    assert (kept.kind, kept.fields, kept.resolved_at) == ("content", ["text"], None)


def test_run_of_a_killed_process_is_not_green(copied):
    open_run_kept = open_run
    from migration.registry import get_spec

    run = open_run_kept(
        get_spec(NAME), tier=ParityTier.DEEP, mode=ParityMode.FULL, scope=None, actor="t", now=timezone.now()
    )

    assert (run.state, run.percent) == (ParityState.RUNNING, 0.0)
