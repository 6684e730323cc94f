import threading

import pytest
from django.db import connection
from django.utils import timezone
from pymongo.errors import PyMongoError

from creators.models import Interaction
from migration.enums import ParityState, Stage
from migration.errors import ReasonMissing, StageConflict
from migration.models import BackfillRun, Dataset, OutboxRow, ParityMismatch, ParityRun
from migration.queries.status import get_latest_parity
from migration.registry import get_spec
from migration.services.backfill import copy_chunk, run_backfill
from migration.services.reconcile import reconcile_run
from migration.services.stages import start_dataset, stop_dataset
from migration.services.verification import check_parity
from migration.stores.documents import write_documents
from tests.migration.conftest import drain, make_interaction, switch

NAME = "interactions"


def check():
    return check_parity(name=NAME, clock=timezone.now, recheck_seconds=0.3)


@pytest.fixture
def copied(creator, mongo, transactional_db):
    """Thirty interactions, copied, clean."""
    Interaction.objects.bulk_create(make_interaction(creator, str(number)) for number in range(30))
    switch("USE_MONGO")
    run_backfill(name=NAME, actor="test", reason="test", clock=timezone.now, chunk=7)
    return creator


def test_backfill_copies_every_row_and_moves_the_dataset_on(copied, mongo):
    run = BackfillRun.objects.get()

    assert (run.copied, run.orphans, run.finished_at is not None) == (30, 0, True)
    assert mongo.interactions.count_documents({}) == 30
    assert Dataset.objects.get(name=NAME).stage == Stage.CATCHUP


def test_interrupted_backfill_goes_on_at_its_cursor(creator, mongo, transactional_db):
    Interaction.objects.bulk_create(make_interaction(creator, str(number)) for number in range(10))
    switch("USE_MONGO")
    spec = get_spec(NAME)
    with pytest.raises(ZeroDivisionError):
        run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now, chunk=4, on_progress=lambda progress: 1 // 0)
    assert BackfillRun.objects.get().copied == 4

    run = run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now, chunk=4)

    assert (BackfillRun.objects.count(), run.copied) == (1, 10)
    assert mongo[spec.collection].count_documents({}) == 10


def test_backfill_removes_what_was_deleted_while_nothing_was_captured(copied, mongo):
    switch("USE_MONGO", is_on=False)
    Interaction.objects.filter(external_id__in=["3", "29"]).delete()
    switch("USE_MONGO")

    run = run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now, chunk=7)

    assert run.orphans == 2
    drain()
    assert check().state == ParityState.CLEAN


def test_backfill_does_not_resurrect_a_row_deleted_behind_its_reading(creator, mongo, transactional_db, open_session):
    row = make_interaction(creator, "a")
    row.save()
    switch("USE_MONGO")
    Dataset.objects.filter(name=NAME).update(stage=Stage.BACKFILL)
    dataset = Dataset.objects.get(name=NAME)
    now = timezone.now()
    stale = BackfillRun.objects.create(dataset=dataset, started_at=now, updated_at=now)
    Interaction.objects.filter(pk=row.pk).delete()
    drain()
    older = {"_id": row.pk, "creator_id": creator.pk, "_mig": {"v": 1, "h": "", "m": 1}}

    write_documents(get_spec(NAME), [older])  # what a chunk read before the delete would write
    copy_chunk(get_spec(NAME), stale, now=now)

    assert mongo.interactions.find_one({"_id": row.pk})["_mig"]["d"] is True


def test_clean_parity_compares_every_key_and_moves_no_stage(copied):
    run = check()

    assert (run.state, run.compared, run.percent) == (ParityState.CLEAN, 30, 100.0)
    assert Dataset.objects.get(name=NAME).stage == Stage.CATCHUP


def test_parity_over_nothing_is_not_clean(creator, mongo, transactional_db):
    switch("USE_MONGO")
    run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now)

    run = check()

    assert (run.state, run.percent) == (ParityState.EMPTY, 0.0)
    assert Dataset.objects.get(name=NAME).stage == Stage.CATCHUP


def get_key(external_id: str) -> int:
    return Interaction.objects.get(external_id=external_id).pk


DAMAGES = {
    "missing": (lambda mongo, key: mongo.delete_one({"_id": key}), "missing", []),
    "text": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"text": "bent"}}), "content", ["text"]),
    "null": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"author": None}}), "content", ["author"]),
    "type": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"author": 5}}), "type", ["author"]),
    "absent": (lambda mongo, key: mongo.update_one({"_id": key}, {"$unset": {"channel": 1}}), "type", ["channel"]),
    "micros": (
        lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"occurred_at_us": 7}}),
        "precision",
        ["occurred_at"],
    ),
    "payload": (
        lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"payload": '{"n": 1.10}'}}),
        "content",
        ["payload"],
    ),
    "terms": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"terms": []}}), "content", ["terms"]),
    "foreign": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"note": "x"}}), "content", ["note"]),
    "stamp": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"_mig.h": "0"}}), "content", ["_mig"]),
    "stale": (
        lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"_mig.v": 1, "text": "old"}}),
        "stale",
        ["text", "_mig"],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_named_repaired_and_verified(copied, mongo, damage):
    act, kind, fields = DAMAGES[damage]
    key = get_key("5")
    act(mongo.interactions, key)

    run = check()

    assert run.state == ParityState.DIFFERENT
    assert list(run.mismatches.values_list("key", "kind", "fields")) == [(key, kind, fields)]
    result = reconcile_run(run=run, actor="t", reason="repair", now=timezone.now())
    assert (result.rewritten, result.removed, result.gone) == (1, 0, 0)
    assert drain() == 1
    assert check().state == ParityState.CLEAN


def test_extra_document_is_found_and_removed_by_tombstone(copied, mongo):
    mongo.interactions.insert_one({"_id": 999_999, "creator_id": copied.pk})

    run = check()

    assert list(run.mismatches.values_list("key", "kind")) == [(999_999, "extra")]
    reconcile_run(run=run, actor="t", reason="repair", now=timezone.now())
    drain()
    assert mongo.interactions.find_one({"_id": 999_999})["_mig"]["d"] is True
    assert check().state == ParityState.CLEAN


def test_rows_in_flight_are_no_mismatch_once_they_arrive(copied, mongo):
    def relay_late() -> None:
        drain()
        connection.close()

    Interaction.objects.filter(external_id="1").update(text="in flight")
    relay = threading.Timer(0.5, relay_late)
    relay.start()

    run = check_parity(name=NAME, clock=timezone.now, recheck_seconds=5)

    relay.join()
    assert run.state == ParityState.CLEAN


def test_what_the_relay_does_not_bring_is_reported(copied):
    Interaction.objects.filter(external_id="1").update(text="stuck")

    run = check()

    assert list(run.mismatches.values_list("kind", flat=True)) == ["stale"]


def test_dry_run_counts_and_changes_nothing(copied, mongo):
    mongo.interactions.delete_one({"_id": get_key("5")})
    run = check()

    result = reconcile_run(run=run, actor="t", reason="look", now=timezone.now(), dry_run=True)

    assert (result.rewritten, result.is_dry_run) == (1, True)
    assert OutboxRow.objects.count() == 0
    assert ParityMismatch.objects.filter(repaired_at=None).count() == 1


def test_reconcile_needs_a_reason(copied, mongo):
    mongo.interactions.delete_one({"_id": get_key("5")})

    with pytest.raises(ReasonMissing):
        reconcile_run(run=check(), actor="t", reason=" ", now=timezone.now())

    assert OutboxRow.objects.count() == 0


def test_parity_run_is_kept_as_failed_when_mongo_is_away(copied, mongo_away):
    with pytest.raises(PyMongoError):
        check()

    run = ParityRun.objects.get()
    assert (run.state, run.error, run.percent) == (ParityState.FAILED, "ServerSelectionTimeoutError", 0.0)


def test_row_that_cannot_be_read_is_named_by_backfill_and_parity(copied, open_session):
    session = open_session()
    session.execute("UPDATE creators_interaction SET occurred_at = '-infinity' WHERE external_id = '5'")
    session.commit()

    run = run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now, chunk=7)
    drain()

    assert run.copied == 29
    assert OutboxRow.objects.exclude(quarantined_at=None).values_list("key").distinct().get() == (get_key_raw("5"),)
    assert list(check().mismatches.values_list("key", "kind")) == [(get_key_raw("5"), "unmappable")]


def get_key_raw(external_id: str) -> int:
    """Return a key without reading the row's instants."""
    return Interaction.objects.values_list("pk", flat=True).get(external_id=external_id)


def restart() -> None:
    for service in (stop_dataset, start_dataset):
        service(name=NAME, actor="t", reason="t", now=timezone.now())


def test_backfill_that_was_ended_meanwhile_copies_and_moves_nothing(creator, mongo, transactional_db):
    Interaction.objects.bulk_create(make_interaction(creator, str(number)) for number in range(10))
    switch("USE_MONGO")

    def reset(progress) -> None:
        restart()

    with pytest.raises(StageConflict, match="ended meanwhile"):
        run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now, chunk=4, on_progress=reset)

    assert mongo.interactions.count_documents({}) == 4
    assert Dataset.objects.get(name=NAME).stage == Stage.CAPTURE


def test_parity_of_an_earlier_copy_does_not_count(copied):
    assert check().state == ParityState.CLEAN
    assert get_latest_parity(name=NAME).percent == 100.0

    restart()
    assert get_latest_parity(name=NAME) is None
    run_backfill(name=NAME, actor="t", reason="t", clock=timezone.now)

    assert get_latest_parity(name=NAME) is None
