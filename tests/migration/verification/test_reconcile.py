"""Repair of chosen mismatches: what a dry run says is what happens, once, audited, or not at all."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Creator, Interaction
from migration.enums import ParityMode, RepairAction
from migration.errors import ReasonMissing
from migration.models import OutboxRow, ParityMismatch, ParityRun
from migration.services.reconcile import reconcile, reconcile_run
from migration.services.verification import verify_keys
from tests.migration.conftest import drain, make_interaction
from tests.migration.verification.conftest import check, get_key
from veri.platform.ops.models import AuditEntry


@pytest.fixture
def damaged(copied, mongo) -> ParityRun:
    """A run with one mismatch of each repair: rewrite, remove, gone, delete."""
    mongo.interactions.update_one({"_id": get_key("5")}, {"$set": {"text": "bent"}})
    mongo.interactions.update_one({"_id": get_key("6")}, {"$set": {"text": "bent"}})
    mongo.interactions.insert_many([{"_id": 999_999}, {"_id": "by hand", "creator_id": copied.pk}])
    run = check()
    gone = get_key("6")
    Interaction.objects.filter(pk=gone).delete()
    drain()
    return run


def repair(run: ParityRun, **given):
    return reconcile(**{"run": run, "actor": "t", "reason": "repair", "now": timezone.now(), **given})


def test_dry_run_says_exactly_what_the_repair_then_does(damaged, mongo):
    before = list(mongo.interactions.find().sort("_mig.v", 1))

    dry = repair(damaged, dry_run=True)

    assert {(one.action, one.kind, one.fields) for one in dry.changes} == {
        (RepairAction.REWRITE, "content", ("text",)),
        (RepairAction.GONE, "content", ("text",)),
        (RepairAction.REMOVE, "extra", ()),
        (RepairAction.DELETE_FOREIGN, "extra", ()),
    }
    assert list(mongo.interactions.find().sort("_mig.v", 1)) == before
    assert not OutboxRow.objects.exists()
    assert not ParityMismatch.objects.exclude(repaired_at=None).exists()
    assert not AuditEntry.objects.filter(action="migration.reconcile").exists()
    done = repair(damaged)
    assert done.changes == dry.changes
    drain()
    assert vars(verify_keys(run=damaged, clock=timezone.now)) == {"resolved": 4, "differing": 0, "waiting": 0}
    entry = AuditEntry.objects.get(action="migration.reconcile")
    assert (entry.after["rewritten"], entry.after["removed"], entry.after["gone"]) == (1, 1, 1)
    assert entry.after["foreign"] == ['"by hand"']


def test_second_repair_does_nothing(damaged):
    repair(damaged)
    waiting = OutboxRow.objects.count()

    again = reconcile_run(run=damaged, actor="t", reason="again", now=timezone.now())

    assert vars(again) == {"rewritten": 0, "removed": 0, "gone": 0, "foreign": 0, "is_dry_run": False}
    assert OutboxRow.objects.count() == waiting


def test_only_chosen_mismatches_are_repaired(damaged):
    chosen = damaged.mismatches.get(key=get_key("5"))

    assert repair(damaged, ids=[chosen.pk]).counts.rewritten == 1

    assert list(ParityMismatch.objects.exclude(repaired_at=None)) == [chosen]
    assert repair(damaged, keys=[999_999]).counts.removed == 1
    assert OutboxRow.objects.count() == 2


def test_only_one_creators_mismatches_are_repaired(copied, mongo, owner):
    other = Creator.objects.create(owner=owner, handle="other", created_at=timezone.now(), updated_at=timezone.now())
    make_interaction(other, "theirs").save()
    drain()
    mongo.interactions.update_many({}, {"$set": {"text": "bent"}})
    run = check()
    assert run.mismatched == 31

    done = repair(run, scope=other.pk)

    assert [one.name for one in done.changes] == [str(get_key("theirs"))]
    drain()
    assert verify_keys(run=run, clock=timezone.now).resolved == 1
    assert check(mode=ParityMode.SCOPE, scope=other.pk).mismatched == 0
    assert check(mode=ParityMode.SCOPE, scope=copied.pk).mismatched == 30


def test_repair_without_a_reason_changes_nothing(damaged, mongo):
    with pytest.raises(ReasonMissing):
        repair(damaged, reason=" ")

    assert not OutboxRow.objects.exists()
    assert mongo.interactions.find_one({"_id": "by hand"}) is not None
    assert not ParityMismatch.objects.exclude(repaired_at=None).exists()


def test_two_repairs_at_once_send_each_key_once(copied, mongo):
    mongo.interactions.update_many({}, {"$set": {"text": "bent"}})
    run = check()

    def work() -> None:
        repair(run)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert OutboxRow.objects.count() == 30
    entries = AuditEntry.objects.filter(action="migration.reconcile").values_list("after", flat=True)
    assert sum(one["rewritten"] for one in entries) == 30
