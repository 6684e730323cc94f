import threading
import time

import psycopg
import pytest

from creators.models import Interaction
from migration.errors import CaptureNotSettled
from migration.models import OutboxRow
from migration.services.backfill import wait_for_capture
from tests.migration.conftest import drain, make_interaction, switch

INSERT = """
INSERT INTO creators_interaction
  (creator_id, platform, external_id, type, channel, author, text, attachments, payload, occurred_at, received_at)
VALUES (%s, 'chat', %s, 'message', '', '', 'from psql', '[]', '{"b": 1, "a": 2}', now(), now()) RETURNING id"""


@pytest.mark.django_db(transaction=True)
def test_triggers_write_nothing_while_the_dataset_is_off(creator):
    make_interaction(creator, "a").save()

    assert OutboxRow.objects.count() == 0


def test_psql_insert_update_and_delete_reach_mongo(capturing, mongo, open_session):
    session = open_session()
    key = session.execute(INSERT, [capturing.pk, "psql"]).fetchone()[0]
    session.commit()
    assert drain() == 1
    assert mongo.interactions.find_one({"_id": key})["text"] == "from psql"

    session.execute("UPDATE creators_interaction SET text = 'changed' WHERE id = %s", [key])
    session.commit()
    assert drain() == 1
    assert mongo.interactions.find_one({"_id": key})["text"] == "changed"

    session.execute("DELETE FROM creators_interaction WHERE id = %s", [key])
    session.commit()
    assert drain() == 1
    assert mongo.interactions.find_one({"_id": key})["_mig"]["d"] is True


def test_queryset_update_and_bulk_create_reach_mongo(capturing, mongo):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(5))
    assert drain() == 5

    assert Interaction.objects.filter(external_id__in=["1", "2"]).update(text="updated") == 2

    assert drain() == 2
    assert mongo.interactions.count_documents({"text": "updated"}) == 2


def test_replica_session_is_captured_too(capturing, open_session):
    session = open_session()
    session.execute("SET session_replication_role = replica")
    session.execute(INSERT, [capturing.pk, "replica"])
    session.commit()

    assert OutboxRow.objects.count() == 1


def test_rolled_back_write_leaves_no_outbox_row(capturing, open_session):
    session = open_session()
    session.execute(INSERT, [capturing.pk, "gone"])
    session.rollback()

    assert OutboxRow.objects.count() == 0


def test_changed_primary_key_leaves_a_tombstone(capturing, mongo, open_session):
    row = make_interaction(capturing, "moves")
    row.save()
    drain()
    session = open_session()
    session.execute("UPDATE creators_interaction SET id = 900000 WHERE id = %s", [row.pk])
    session.commit()

    drain()

    assert mongo.interactions.find_one({"_id": row.pk})["_mig"]["d"] is True
    assert mongo.interactions.find_one({"_id": 900000})["external_id"] == "moves"


def test_truncate_deletes_what_is_older_and_keeps_what_comes_after(capturing, mongo, open_session):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(3))
    drain()
    session = open_session()
    session.execute("TRUNCATE creators_interaction CASCADE")
    session.execute(INSERT, [capturing.pk, "after"])
    session.commit()

    drain()

    assert [one["external_id"] for one in mongo.interactions.find({"_mig.d": {"$exists": False}})] == ["after"]


def test_every_write_gets_a_newer_version(capturing):
    row = make_interaction(capturing, "v")
    row.save()
    versions = [Interaction.objects.get(pk=row.pk).version]
    for _ in range(3):
        Interaction.objects.filter(pk=row.pk).update(text="same")
        versions.append(Interaction.objects.get(pk=row.pk).version)

    assert versions == sorted(set(versions))


@pytest.mark.django_db(transaction=True)
def test_backfill_waits_for_a_write_made_before_the_capture(creator, mongo, open_session):
    session = open_session()
    session.execute(INSERT, [creator.pk, "older"])  # open, uncaptured
    switch("USE_MONGO")
    with pytest.raises(CaptureNotSettled):
        wait_for_capture(name="interactions", timeout=0.3)
    committer = threading.Timer(0.3, session.commit)
    committer.start()
    started = time.monotonic()

    wait_for_capture(name="interactions", timeout=10)

    assert time.monotonic() - started >= 0.25
    committer.join()
    assert Interaction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_backfill_waits_for_a_write_made_while_the_capture_was_being_committed(creator, mongo, open_session):
    staff = open_session()
    staff.execute("UPDATE migration_dataset SET is_capturing = true, stage = 'capture' WHERE name = 'interactions'")
    writer = open_session()
    writer.execute(INSERT, [creator.pk, "between"])  # a later id than the capture's, and not captured
    staff.commit()

    with pytest.raises(CaptureNotSettled):
        wait_for_capture(name="interactions", timeout=0.3)

    writer.commit()
    wait_for_capture(name="interactions", timeout=10)
    assert (Interaction.objects.count(), OutboxRow.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_backfill_waits_for_a_snapshot_in_which_nothing_is_captured(creator, mongo, open_session):
    writer = open_session()
    writer.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    writer.execute("SELECT 1 FROM creators_creator")  # takes the snapshot, no transaction id yet
    switch("USE_MONGO")

    with pytest.raises(CaptureNotSettled):
        wait_for_capture(name="interactions", timeout=0.3)

    writer.rollback()
    wait_for_capture(name="interactions", timeout=10)


@pytest.mark.django_db(transaction=True)
def test_backfill_does_not_wait_for_transactions_that_began_later(creator, mongo, open_session):
    switch("USE_MONGO")
    wait_for_capture(name="interactions", timeout=10)
    writer = open_session()
    writer.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    writer.execute(INSERT, [creator.pk, "later"])

    wait_for_capture(name="interactions", timeout=0.5)

    writer.rollback()


def test_concurrent_updates_of_one_row_order_their_versions(capturing, open_session):
    row = make_interaction(capturing, "hot")
    row.save()
    sessions: list[psycopg.Connection] = [open_session() for _ in range(4)]

    def update(session: psycopg.Connection, number: int) -> None:
        for turn in range(10):
            session.execute("UPDATE creators_interaction SET text = %s WHERE id = %s", [f"{number}-{turn}", row.pk])
            session.commit()

    threads = [threading.Thread(target=update, args=[one, number]) for number, one in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    newest = OutboxRow.objects.order_by("-version").first()
    assert newest.version == Interaction.objects.get(pk=row.pk).version
    assert OutboxRow.objects.count() == 41
