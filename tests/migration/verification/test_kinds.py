"""Every kind of true difference: found, named to the field, repaired through the relay, verified clean."""

from datetime import timedelta

import pytest
from bson import Int64, ObjectId
from django.utils import timezone

from creators.models import Interaction
from migration.enums import ParityState
from migration.models import OutboxRow, ParityMismatch
from migration.registry import get_spec
from migration.services.reconcile import reconcile
from migration.services.verification import verify_keys
from migration.stores.documents import write_documents
from tests.migration.conftest import drain, make_interaction
from tests.migration.verification.conftest import NAME, check, get_key


def set_fields(**values):
    return lambda mongo, key: mongo.update_one({"_id": key}, {"$set": values})


def shift_instant(mongo, key):
    stored = mongo.find_one({"_id": key})
    mongo.replace_one({"_id": key}, {**stored, "received_at": stored["received_at"] + timedelta(milliseconds=1)})


def bury(mongo, key):
    mongo.replace_one({"_id": key}, {"_id": key, "_mig": {"v": mongo.find_one({"_id": key})["_mig"]["v"], "d": True}})


DAMAGES = {
    "missing": (lambda mongo, key: mongo.delete_one({"_id": key}), "missing", []),
    "buried": (bury, "missing", []),
    "text": (set_fields(text="bent"), "content", ["text"]),
    "trailing space": (set_fields(author="host "), "content", ["author"]),
    "null": (set_fields(author=None), "content", ["author"]),
    "type": (set_fields(author=5), "type", ["author"]),
    "float": (set_fields(creator_id=5.0), "type", ["creator_id"]),
    "absent": (lambda mongo, key: mongo.update_one({"_id": key}, {"$unset": {"channel": 1}}), "type", ["channel"]),
    "micros": (set_fields(occurred_at_us=7), "precision", ["occurred_at"]),
    "micros type": (set_fields(occurred_at_us="0"), "type", ["occurred_at"]),
    "micros absent": (
        lambda mongo, key: mongo.update_one({"_id": key}, {"$unset": {"occurred_at_us": 1}}),
        "type",
        ["occurred_at"],
    ),
    "millisecond": (shift_instant, "content", ["received_at"]),
    "payload": (set_fields(payload='{"n": 1.10}'), "content", ["payload"]),
    "payload number": (set_fields(payload='{"n": "1.1"}'), "content", ["payload"]),
    "terms": (set_fields(terms=[]), "content", ["terms"]),
    "foreign field": (set_fields(note="x"), "content", ["note"]),
    "fingerprint": (set_fields(**{"_mig.h": "0"}), "content", ["_mig"]),
    "version type": (set_fields(**{"_mig.m": 2.0}), "content", ["_mig"]),
    "unstamped": (lambda mongo, key: mongo.update_one({"_id": key}, {"$unset": {"_mig": 1}}), "type", ["_mig"]),
    "odd stamp": (set_fields(_mig=3), "type", ["_mig"]),
    "future": (set_fields(**{"_mig.v": 2**60}), "content", ["_mig"]),
    "stale": (set_fields(**{"_mig.v": 1, "text": "old"}), "stale", ["text", "_mig"]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_named_repaired_and_verified(copied, mongo, damage):
    act, kind, fields = DAMAGES[damage]
    key = get_key("5")
    act(mongo.interactions, key)

    run = check()

    assert (run.state, run.compared, run.mismatched) == (ParityState.DIFFERENT, 30, 1)
    assert list(run.mismatches.values_list("key", "kind", "fields")) == [(key, kind, fields)]
    assert [one["field"] for one in run.mismatches.get().differences] == fields
    repair = reconcile(run=run, actor="t", reason="repair", now=timezone.now())
    assert (repair.counts.rewritten, repair.counts.removed, repair.counts.gone) == (1, 0, 0)
    assert drain() == 1
    assert vars(verify_keys(run=run, clock=timezone.now)) == {"resolved": 1, "differing": 0, "waiting": 0}
    assert run.mismatches.get().resolved_at is not None
    assert check().state == ParityState.CLEAN


def test_json_with_other_key_order_and_wider_numbers_are_no_differences(copied, mongo):
    key = get_key("5")
    Interaction.objects.filter(pk=key).update(payload={"b": {"x": 1, "y": [1, 2]}, "aa": None})
    drain()
    stored = mongo.interactions.find_one({"_id": key})
    changed = {"payload": '{"aa":null, "b": {"y": [1,2], "x": 1}}', "occurred_at_us": Int64(stored["occurred_at_us"])}
    mongo.interactions.update_one({"_id": key}, {"$set": changed})

    assert check().state == ParityState.CLEAN


def test_extra_document_is_found_and_removed_by_tombstone(copied, mongo):
    mongo.interactions.insert_one({"_id": 999_999, "creator_id": copied.pk})

    run = check()

    assert list(run.mismatches.values_list("key", "kind", "scope")) == [(999_999, "extra", copied.pk)]
    assert reconcile(run=run, actor="t", reason="repair", now=timezone.now()).counts.removed == 1
    drain()
    assert mongo.interactions.find_one({"_id": 999_999})["_mig"]["d"] is True
    assert verify_keys(run=run, clock=timezone.now).resolved == 1
    assert check().state == ParityState.CLEAN


def test_extra_between_keys_and_below_them_is_found(copied, mongo):
    Interaction.objects.filter(external_id="7").delete()
    hole = get_key("6") + 1
    drain()
    mongo.interactions.delete_one({"_id": hole})
    mongo.interactions.insert_many([{"_id": -5}, {"_id": hole, "_mig": {"v": 1}}])

    run = check(window=10)

    assert list(run.mismatches.order_by("key").values_list("key", "kind")) == [(-5, "extra"), (hole, "resurrected")]


def test_deleted_document_that_came_back_is_resurrected_and_buried_again(copied, mongo):
    key = get_key("5")
    document = mongo.interactions.find_one({"_id": key})
    Interaction.objects.filter(pk=key).delete()
    drain()
    assert check().state == ParityState.CLEAN
    mongo.interactions.replace_one({"_id": key}, document)

    run = check()

    assert list(run.mismatches.values_list("key", "kind")) == [(key, "resurrected")]
    reconcile(run=run, actor="t", reason="repair", now=timezone.now())
    drain()
    assert mongo.interactions.find_one({"_id": key})["_mig"]["d"] is True
    assert verify_keys(run=run, clock=timezone.now).resolved == 1


FOREIGN_IDS = [ObjectId("6553f1f77bcf86cd79943901"), "5", "x", 7.5]


@pytest.mark.parametrize("window", [50_000, 7])
def test_documents_with_other_ids_are_named_and_deleted_by_audit(copied, mongo, window):
    stored = mongo.interactions.find_one({"_id": get_key("5")})
    mongo.interactions.insert_many([{**stored, "_id": one} for one in FOREIGN_IDS])

    run = check(window=window)

    assert set(run.mismatches.values_list("key", "kind")) == {(None, "extra")}
    names = set(run.mismatches.values_list("document_id", flat=True))
    assert names >= {'{"$oid": "6553f1f77bcf86cd79943901"}', '"5"', '"x"', '{"$numberDouble": "7.5"}'}
    assert len(names) == len(FOREIGN_IDS)
    dry = reconcile(run=run, actor="t", reason="look", now=timezone.now(), dry_run=True)
    assert (dry.counts.foreign, {one.action for one in dry.changes}) == (4, {"delete_foreign"})
    assert mongo.interactions.count_documents({}) == 34
    reconcile(run=run, actor="t", reason="repair", now=timezone.now())
    assert mongo.interactions.count_documents({}) == 30
    assert verify_keys(run=run, clock=timezone.now).resolved == 4
    assert check().state == ParityState.CLEAN


def test_row_without_document_while_a_document_has_its_key_as_another_type(copied, mongo):
    key = get_key("5")
    mongo.interactions.delete_one({"_id": key})
    mongo.interactions.insert_one({"_id": str(key), "text": "by hand"})

    run = check()

    found = set(run.mismatches.values_list("key", "document_id", "kind"))
    assert found == {(key, "", "missing"), (None, f'"{key}"', "extra")}


def test_unreadable_row_is_named(copied, open_session):
    session = open_session()
    session.execute("UPDATE creators_interaction SET occurred_at = '-infinity' WHERE external_id = '5'")
    session.commit()

    run = check()

    assert list(run.mismatches.values_list("key", "kind")) == [(get_key("5"), "unmappable")]


def test_stuck_row_is_stale_and_names_its_field(copied):
    Interaction.objects.filter(external_id="1").update(text="stuck")

    run = check()

    assert list(run.mismatches.values_list("kind", "fields", "outcome")) == [
        ("stale", ["text", "terms", "_mig"], "mismatch")
    ]


def test_content_is_kept_as_length_and_hash_while_the_rest_is_clear(copied, mongo):
    key = get_key("5")
    secret = "my bank account is 1234"
    mongo.interactions.update_one({"_id": key}, {"$set": {"text": secret, "creator_id": 77, "platform": "youtube"}})

    mismatch = check().mismatches.get()

    shown = {one["field"]: (one["row"], one["document"]) for one in mismatch.differences}
    assert shown["creator_id"] == (str(copied.pk), "77")
    assert shown["platform"] == ("chat", "youtube")
    assert shown["text"][1].startswith(f"withheld: {len(secret)} characters, hash ")
    assert secret not in str(ParityMismatch.objects.values())


def test_widened_integers_of_a_server_are_learned(copied, mongo):
    for stored in list(mongo.interactions.find()):
        wide = {name: Int64(value) if type(value) is int else value for name, value in stored.items()}
        mongo.interactions.replace_one({"_id": stored["_id"]}, wide)

    assert check().state == ParityState.CLEAN


def test_broken_and_odd_values_do_not_stop_a_pass(copied, mongo):
    key = get_key("5")
    odd = {"big": 2**62, "nothing": None, "deep": {"a": [1, {"b": ObjectId()}]}}
    mongo.interactions.replace_one({"_id": key}, {**mongo.interactions.find_one({"_id": key}), **odd})

    run = check()

    assert run.mismatches.get().fields == sorted(odd)


def test_tombstone_of_a_higher_version_is_overcome_by_a_repair(copied, mongo):
    key = get_key("5")
    write_documents(get_spec(NAME), [{"_id": key, "_mig": {"v": 2**50, "d": True}}])
    run = check()
    assert run.mismatches.get().kind == "missing"

    reconcile(run=run, actor="t", reason="repair", now=timezone.now())
    drain()

    assert mongo.interactions.find_one({"_id": key})["text"] == "hello 5"
    assert not OutboxRow.objects.exists()


def test_row_that_went_and_came_is_compared_with_its_newest_document(copied):
    Interaction.objects.filter(external_id="5").delete()
    make_interaction(copied, "5", text="again").save()
    drain()

    assert (check().state, check().compared) == (ParityState.CLEAN, 30)
