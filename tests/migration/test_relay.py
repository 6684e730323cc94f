import threading

import pytest
from pymongo.errors import PyMongoError

from creators.models import Interaction
from migration.models import OutboxRow
from migration.registry import get_spec
from migration.services.relay import relay_batch
from migration.stores.documents import build_tombstone, write_documents
from tests.migration.conftest import NAMES, drain, make_interaction


def make_document(key: int, version: int, text: str) -> dict[str, object]:
    return {"_id": key, "text": text, "_mig": {"v": version, "h": "", "m": 1}}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)])
def test_older_version_never_overwrites_newer_in_any_order(db, mongo, order):
    spec = get_spec("interactions")
    for version in order:
        assert write_documents(spec, [make_document(7, version, f"v{version}")]) == []

    assert mongo.interactions.find_one({"_id": 7})["text"] == "v3"


def test_delete_stays_deleted_when_an_older_write_comes_late(db, mongo):
    spec = get_spec("interactions")
    write_documents(spec, [build_tombstone(key=7, version=5)])

    write_documents(spec, [make_document(7, 4, "late")])

    assert mongo.interactions.find_one({"_id": 7})["_mig"] == {"v": 5, "d": True}


def test_many_changes_of_a_key_are_one_write(capturing, mongo):
    row = make_interaction(capturing, "hot")
    row.save()
    for turn in range(5):
        Interaction.objects.filter(pk=row.pk).update(text=f"turn {turn}")

    result = relay_batch(datasets=NAMES)

    assert (result.taken, result.written) == (6, 1)
    assert mongo.interactions.find_one({"_id": row.pk})["text"] == "turn 4"


def test_outbox_is_untouched_while_mongo_is_away(capturing, mongo_away):
    make_interaction(capturing, "a").save()

    with pytest.raises(PyMongoError):
        relay_batch(datasets=NAMES)

    assert OutboxRow.objects.count() == 1


def test_row_that_cannot_be_read_is_quarantined_and_blocks_nobody(capturing, mongo, open_session):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(5))
    bad = Interaction.objects.get(external_id="2").pk
    session = open_session()
    session.execute("UPDATE creators_interaction SET occurred_at = 'infinity' WHERE id = %s", [bad])
    session.commit()

    result = relay_batch(datasets=NAMES)

    assert (result.taken, result.written, result.quarantined) == (6, 4, 1)
    kept = OutboxRow.objects.get()
    assert (kept.key, kept.scope, kept.operation) == (bad, capturing.pk, "u")
    assert kept.quarantined_at is not None
    assert "cannot be read" in kept.error
    assert relay_batch(datasets=NAMES).taken == 0


def test_document_the_driver_cannot_send_is_refused_alone(db, mongo):
    huge = {**make_document(8, 1, "huge"), "number": 2**70}

    refused = write_documents(get_spec("interactions"), [make_document(7, 1, "fine"), huge])

    assert [one.key for one in refused] == [8]
    assert [one["_id"] for one in mongo.interactions.find()] == [7]


def test_foreign_document_without_a_version_is_overwritten(db, mongo):
    mongo.interactions.insert_many(
        [{"_id": 7, "text": "foreign"}, {"_id": 8, "_mig": {"v": "x"}}, {"_id": 9, "_mig": 3}]
    )

    write_documents(get_spec("interactions"), [make_document(key, 1, "ours") for key in (7, 8, 9)])

    assert [one["text"] for one in mongo.interactions.find()] == ["ours"] * 3


def test_two_relays_at_once_lose_and_double_nothing(capturing, mongo):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(300))
    taken: list[int] = []

    def work() -> None:
        from django.db import connection

        while count := relay_batch(datasets=NAMES, limit=20).taken:
            taken.append(count)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) + drain() == 300
    assert mongo.interactions.count_documents({}) == 300


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_documents_with_bytes_are_replaced_in_any_order(db, mongo, order):
    """The embedded server cannot replace them in one step."""
    spec = get_spec("memory_vectors")
    for version in order:
        documents = [{**make_document(key, version, f"v{version}"), "embedding": bytes([version])} for key in (7, 8)]
        assert write_documents(spec, documents) == []

    assert [(one["text"], one["embedding"]) for one in mongo.memory_vectors.find()] == [("v3", b"\x03")] * 2
    write_documents(spec, [build_tombstone(key=7, version=4)])
    assert write_documents(spec, [{**make_document(7, 3, "late"), "embedding": b"x"}]) == []
    assert mongo.memory_vectors.find_one({"_id": 7})["_mig"] == {"v": 4, "d": True}
    assert write_documents(spec, [{**make_document(7, 5, "again"), "embedding": b"x"}]) == []
    assert mongo.memory_vectors.find_one({"_id": 7})["text"] == "again"
