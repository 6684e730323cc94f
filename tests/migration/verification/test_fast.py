"""The fast tier: rows against the ledger, the ledger against MongoDB's stamps."""

import numpy as np
import pytest
from django.utils import timezone

from creators.models import Interaction
from migration.enums import ParityState, ParityTier
from migration.models import LedgerEntry, ParityRun
from migration.queries.parity_health import get_latest_fast_pass
from migration.queries.status import get_latest_parity
from migration.registry import get_spec
from migration.services.reconcile import reconcile
from migration.services.verification import continue_fast_pass, verify_keys
from migration.services.verification.fast_walk import find_doubtful
from migration.stores import fingerprints, ledger
from tests.migration.conftest import drain
from tests.migration.verification.conftest import NAME, check, get_key

SPEC = get_spec(NAME)


def fast(**given):
    return check(tier=ParityTier.FAST, **given)


def test_ledger_holds_what_backfill_and_relay_wrote(copied, mongo):
    key, gone = get_key("5"), get_key("6")
    Interaction.objects.filter(pk=key).update(text="changed")
    Interaction.objects.filter(pk=gone).delete()
    drain()

    entries = {one.key: one for one in LedgerEntry.objects.all()}

    assert len(entries) == 30
    stamp = mongo.interactions.find_one({"_id": key})["_mig"]
    entry = entries[key]
    assert (entry.version, entry.fingerprint, entry.is_deleted) == (
        stamp["v"],
        ledger.read_fingerprint(stamp["h"]),
        False,
    )
    assert (entries[gone].fingerprint, entries[gone].is_deleted) == (None, True)


def test_ledger_never_goes_back(copied):
    key = get_key("5")
    entry = LedgerEntry.objects.get(key=key)

    ledger.record_written(SPEC, [{"_id": key, "_mig": {"v": entry.version - 1, "h": "00" * 16}}])

    assert LedgerEntry.objects.get(key=key).fingerprint == entry.fingerprint


def test_truncate_empties_the_ledger(copied, open_session):
    session = open_session()
    session.execute("TRUNCATE creators_interaction CASCADE")
    session.commit()
    drain()

    assert not LedgerEntry.objects.filter(dataset=NAME).exists()


@pytest.mark.parametrize("window", [50_000, 7])
def test_clean_fast_pass_is_clean_and_no_proof(copied, window):
    run = fast(window=window)

    assert (run.state, run.compared, run.tier) == (ParityState.CLEAN, 30, ParityTier.FAST)
    assert get_latest_parity(name=NAME) is None
    assert get_latest_fast_pass(name=NAME) == run


DAMAGES = {
    "missing": (lambda mongo, key: mongo.delete_one({"_id": key}), "missing"),
    "fingerprint": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"_mig.h": "ab" * 16}}), "content"),
    "stale": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"_mig.v": 1}}), "stale"),
    "unstamped": (lambda mongo, key: mongo.update_one({"_id": key}, {"$unset": {"_mig": 1}}), "type"),
    "odd stamp": (lambda mongo, key: mongo.update_one({"_id": key}, {"$set": {"_mig": 5}}), "type"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("window", [50_000, 7])
def test_stamp_that_differs_is_found_repaired_and_verified(copied, mongo, damage, window):
    act, kind = DAMAGES[damage]
    key = get_key("5")
    act(mongo.interactions, key)

    run = fast(window=window)

    assert list(run.mismatches.values_list("key", "kind")) == [(key, kind)]
    reconcile(run=run, actor="t", reason="repair", now=timezone.now())
    drain()
    assert verify_keys(run=run, clock=timezone.now).resolved == 1
    assert fast().state == ParityState.CLEAN


@pytest.mark.parametrize("window", [50_000, 7])
def test_extras_and_resurrected_are_found(copied, mongo, window):
    key = get_key("5")
    document = mongo.interactions.find_one({"_id": key})
    Interaction.objects.filter(pk=key).delete()
    drain()
    mongo.interactions.replace_one({"_id": key}, document)
    mongo.interactions.insert_many([{"_id": 999_999}, {"_id": "x"}, {"_id": -4, "_mig": {"v": 3, "h": "00"}}])

    run = fast(window=window)

    found = set(run.mismatches.values_list("key", "document_id", "kind"))
    assert found == {
        (key, "", "resurrected"),
        (999_999, "", "extra"),
        (-4, "", "extra"),
        (None, '"x"', "extra"),
    }


def test_content_bent_beneath_its_stamp_is_only_seen_by_the_deep_tier(copied, mongo):
    mongo.interactions.update_one({"_id": get_key("5")}, {"$set": {"text": "bent"}})

    assert fast().state == ParityState.CLEAN
    assert check().state == ParityState.DIFFERENT


def test_rows_without_an_entry_are_compared_by_content_and_entered(copied, mongo):
    LedgerEntry.objects.all().delete()

    assert fast().state == ParityState.CLEAN

    assert LedgerEntry.objects.count() == 30
    LedgerEntry.objects.filter(key=get_key("5")).update(version=1)
    mongo.interactions.delete_one({"_id": get_key("6")})
    LedgerEntry.objects.filter(key=get_key("6")).delete()
    assert list(fast().mismatches.values_list("key", "kind")) == [(get_key("6"), "missing")]
    assert LedgerEntry.objects.get(key=get_key("5")).version > 1


def test_row_the_relay_never_saw_is_stale(copied, open_session):
    session = open_session()
    session.execute("ALTER TABLE creators_interaction DISABLE TRIGGER interactions_capture_update")
    session.execute("UPDATE creators_interaction SET text = 'unseen' WHERE external_id = '5'")
    session.execute("ALTER TABLE creators_interaction ENABLE ALWAYS TRIGGER interactions_capture_update")
    session.commit()

    assert list(fast().mismatches.values_list("key", "kind")) == [(get_key("5"), "stale")]


def test_continuous_pass_goes_on_slice_by_slice(copied):
    assert continue_fast_pass(budget_seconds=0, clock=timezone.now) == []

    first = continue_fast_pass(budget_seconds=5, clock=timezone.now, recheck_seconds=0.3)

    assert [(one.dataset.name, one.state) for one in first] == [(NAME, ParityState.CLEAN)]
    assert continue_fast_pass(budget_seconds=5, clock=timezone.now)[0].pk != first[0].pk
    assert ParityRun.objects.filter(tier=ParityTier.FAST).count() == 2


def test_doubtful_keys_are_those_on_which_the_three_do_not_agree():
    known = np.array(
        [
            (1, 7, 7, 70, False),  # all agree
            (2, 7, 6, 70, False),  # the ledger is behind
            (3, 7, 7, 70, False),  # another fingerprint
            (4, 7, 7, 70, False),  # no document
            (5, 0, 9, 0, True),  # deleted, and gone
            (6, 0, 9, 0, True),  # deleted, and live
            (7, 7, 0, 0, True),  # no entry
        ],
        dtype=fingerprints._ENTRY,
    )
    stamps = np.array(
        [(3, 7, 71, True), (1, 7, 70, True), (2, 7, 70, True), (6, 4, 1, True), (5, 9, 0, False), (7, 7, 70, True),
         (8, 1, 1, True), (9, 1, 1, False)],
        dtype=fingerprints.STAMP,
    )  # fmt: skip

    assert find_doubtful(known, stamps).tolist() == [2, 3, 4, 6, 7, 8]
    assert find_doubtful(known, stamps[:0]).tolist() == [1, 2, 3, 4, 7]
    assert find_doubtful(known[:0], stamps).tolist() == [1, 2, 3, 6, 7, 8]
