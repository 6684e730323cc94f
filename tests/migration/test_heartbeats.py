from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Interaction
from migration.models import CaptureHeartbeat, Dataset, VersionMark
from migration.queries.heartbeats import find_missing_triggers, get_relay_lag, list_lags
from migration.queries.version_marks import get_version_mark
from migration.registry import get_spec, iterate_specs
from migration.services.heartbeats import (
    mark_version,
    note_arrivals,
    remove_old_heartbeats,
    send_due_heartbeats,
    send_heartbeat,
)
from tests.migration.conftest import drain, make_interaction, switch

NAME = "interactions"


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def dataset(capturing) -> Dataset:
    """A captured dataset with two rows in both stores."""
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(2))
    drain()
    return Dataset.objects.get(name=NAME)


def test_heartbeat_touches_the_newest_row_and_is_seen_by_the_batch_that_brings_it(dataset):
    newest = Interaction.objects.latest("pk")

    beat = send_heartbeat(dataset=NAME, now=timezone.now())

    assert (beat.key, beat.seen_at, beat.depth) == (newest.pk, None, 1)
    assert beat.version == Interaction.objects.get(pk=newest.pk).version > newest.version
    assert drain() == 1
    beat.refresh_from_db()
    assert 0 <= beat.lag_seconds < 10
    assert list_lags(dataset=dataset, since=beat.sent_at) == [(beat.sent_at, beat.lag_seconds)]


def test_row_somebody_holds_is_not_waited_for(dataset, open_session):
    oldest, newest = Interaction.objects.order_by("pk")
    session = open_session()
    session.execute("SELECT 1 FROM creators_interaction WHERE id = %s FOR UPDATE", [newest.pk])

    assert send_heartbeat(dataset=NAME, now=timezone.now()).key == oldest.pk


def test_empty_table_has_no_heartbeat(capturing):
    assert send_heartbeat(dataset=NAME, now=timezone.now()) is None
    assert CaptureHeartbeat.objects.count() == 0


def test_lag_is_the_age_of_what_is_under_way(dataset):
    now = timezone.now()
    send_heartbeat(dataset=NAME, now=now - timedelta(seconds=40))
    send_heartbeat(dataset=NAME, now=now - timedelta(seconds=5))

    Dataset.objects.update(captured_at=now - timedelta(minutes=1))
    assert get_relay_lag(dataset=Dataset.objects.get(name=NAME), now=now) == 40


def test_lag_is_unknown_without_recent_heartbeats(dataset):
    now = timezone.now()
    Dataset.objects.update(captured_at=now - timedelta(days=2))
    dataset.refresh_from_db()
    assert get_relay_lag(dataset=dataset, now=now) is None
    long_ago = now - timedelta(hours=1)
    CaptureHeartbeat.objects.create(dataset=dataset, key=1, version=1, sent_at=long_ago, seen_at=long_ago)

    assert get_relay_lag(dataset=dataset, now=now) is None


def test_dead_capture_trigger_lets_the_heartbeat_never_arrive(dataset):
    run_sql("ALTER TABLE creators_interaction DISABLE TRIGGER interactions_capture_update")
    try:
        beat = send_heartbeat(dataset=NAME, now=timezone.now())
        drain()
        note_arrivals(now=timezone.now())

        beat.refresh_from_db()
        assert beat.seen_at is None
        assert find_missing_triggers(get_spec(NAME)) == ["trigger interactions_capture_update is disabled"]
    finally:
        run_sql("ALTER TABLE creators_interaction ENABLE ALWAYS TRIGGER interactions_capture_update")


def test_dead_version_trigger_lets_the_heartbeat_never_arrive(dataset):
    run_sql("ALTER TABLE creators_interaction DISABLE TRIGGER interactions_version")
    try:
        beat = send_heartbeat(dataset=NAME, now=timezone.now())
        drain()
        note_arrivals(now=timezone.now())

        beat.refresh_from_db()
        assert beat.seen_at is None
    finally:
        run_sql("ALTER TABLE creators_interaction ENABLE ALWAYS TRIGGER interactions_version")


def test_arrival_is_noted_by_asking_mongo(dataset, mongo):
    beat = send_heartbeat(dataset=NAME, now=timezone.now())
    assert note_arrivals(now=timezone.now()) == 0
    mongo.interactions.update_one({"_id": beat.key}, {"$set": {"_mig.v": beat.version}})

    assert note_arrivals(now=timezone.now()) == 1
    assert note_arrivals(now=timezone.now()) == 0


def test_heartbeat_whose_row_was_truncated_away_is_settled(dataset):
    beat = send_heartbeat(dataset=NAME, now=timezone.now())
    run_sql("TRUNCATE creators_interaction CASCADE")
    assert note_arrivals(now=timezone.now()) == 0  # the marker is still on its way
    drain()

    note_arrivals(now=timezone.now())

    beat.refresh_from_db()
    assert beat.seen_at is not None


def test_due_heartbeats_are_sent_once_a_period_and_not_while_the_relay_rests(dataset, settings):
    settings.MIGRATION = replace(settings.MIGRATION, heartbeat_seconds=60)
    now = timezone.now()
    assert send_due_heartbeats(now=now) == 2  # interactions and the creator
    assert send_due_heartbeats(now=now + timedelta(seconds=59)) == 0
    assert send_due_heartbeats(now=now + timedelta(seconds=61)) == 2

    switch("USE_MONGO", is_on=False)
    assert send_due_heartbeats(now=now + timedelta(seconds=200)) == 0


DAMAGES = {
    "dropped": ("DROP TRIGGER interactions_capture_delete ON creators_interaction", "is missing"),
    "replica": (
        "ALTER TABLE creators_interaction ENABLE TRIGGER interactions_capture_insert",
        "does not fire ALWAYS",
    ),
    "other function": (
        """CREATE OR REPLACE FUNCTION migration_capture_interactions() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN NULL; END $$""",
        "runs another function",
    ),
    "other event": (
        """DROP TRIGGER interactions_capture_truncate ON creators_interaction;
        CREATE TRIGGER interactions_capture_truncate AFTER DELETE ON creators_interaction
        FOR EACH STATEMENT EXECUTE FUNCTION migration_capture_interactions();
        ALTER TABLE creators_interaction ENABLE ALWAYS TRIGGER interactions_capture_truncate""",
        "fires on another event",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_trigger_is_named(db, damage):
    sql, text = DAMAGES[damage]
    run_sql(sql)

    found = find_missing_triggers(get_spec(NAME))

    assert found
    assert all(text in one for one in found)


def test_every_trigger_of_this_release_is_alive(db):
    assert [find_missing_triggers(spec) for spec in iterate_specs()] == [[]] * len(list(iterate_specs()))


def test_version_marks_bound_what_was_written_later(dataset, capturing):
    now = timezone.now()
    assert mark_version(now=now)
    assert not mark_version(now=now + timedelta(minutes=30))
    make_interaction(capturing, "later").save()

    mark = get_version_mark(before=timezone.now())

    assert [row.external_id for row in Interaction.objects.filter(version__gt=mark)] == ["later"]
    assert get_version_mark(before=now - timedelta(days=1)) == 0


def test_old_heartbeats_and_marks_are_removed(dataset):
    now = timezone.now()
    for days in (1, 15):
        at = now - timedelta(days=days)
        CaptureHeartbeat.objects.create(dataset=dataset, key=1, version=1, sent_at=at)
        VersionMark.objects.create(at=at, version=1)

    assert remove_old_heartbeats(now=now) == 2

    assert (CaptureHeartbeat.objects.count(), VersionMark.objects.count()) == (1, 1)
