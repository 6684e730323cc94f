import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creators.enums import Outcome
from creators.errors import BatchTooLarge
from creators.models import Interaction
from creators.services.documents import DocumentRefused
from creators.services.ingest import NewInteraction, record_interactions
from tests.creators.conftest import NOW, make_creator
from veri.platform.events.models import Event


def make_rows(creator, count, prefix="m"):
    return [
        NewInteraction(
            creator_id=creator.pk,
            platform="chat",
            external_id=f"{prefix}-{number}",
            type="message",
            text=f"Tab\there, back\\slash, naïve 🍞 {number}",
            payload={"n": number, "big": 2**70, "text": "\\u0000 as text"},
            occurred_at=NOW - timedelta(minutes=number),
        )
        for number in range(count)
    ]


def test_rows_are_stored_as_given(creator):
    (row,) = make_rows(creator, 1)
    result = record_interactions(items=[row], now=NOW)
    stored = Interaction.objects.get()
    assert (result.created, result.duplicates) == (1, 0)
    assert result.items[0].interaction_id == stored.pk
    assert (stored.text, stored.payload, stored.attachments) == (row.text, row.payload, [])
    assert (stored.occurred_at, stored.received_at) == (row.occurred_at, NOW)
    assert stored.version > 0


def test_repeat_is_a_duplicate_and_changes_nothing(creator):
    (row,) = make_rows(creator, 1)
    first = record_interactions(items=[row], now=NOW)
    before = Interaction.objects.values().get()
    second = record_interactions(items=[replace(row, text="changed")], now=NOW + timedelta(hours=1))
    assert (second.created, second.duplicates) == (0, 1)
    assert second.items[0].interaction_id == first.items[0].interaction_id
    assert Interaction.objects.values().get() == before
    assert Event.objects.count() == 1


def test_repeat_within_a_batch_keeps_the_first(creator):
    (row,) = make_rows(creator, 1)
    result = record_interactions(items=[row, replace(row, text="second")], now=NOW)
    assert [item.outcome for item in result.items] == [Outcome.CREATED, Outcome.DUPLICATE]
    assert len({item.interaction_id for item in result.items}) == 1
    assert Interaction.objects.get().text == row.text


def test_same_id_on_other_platform_or_creator_is_another_row(creator):
    (row,) = make_rows(creator, 1)
    other = make_creator("pixelforge")
    rows = [row, replace(row, platform="email"), replace(row, creator_id=other.pk)]
    assert record_interactions(items=rows, now=NOW).created == 3


def test_one_event_per_creator_with_at_most_500_ids(creator):
    other = make_creator("pixelforge")
    record_interactions(items=make_rows(creator, 1001) + make_rows(other, 2), now=NOW)
    events = list(Event.objects.order_by("id").values_list("name", "key", "payload"))
    assert [(name, key, len(payload["interaction_ids"])) for name, key, payload in events] == [
        ("interactions.recorded", str(creator.pk), 500),
        ("interactions.recorded", str(creator.pk), 500),
        ("interactions.recorded", str(creator.pk), 1),
        ("interactions.recorded", str(other.pk), 2),
    ]
    announced = [pk for _, _, payload in events for pk in payload["interaction_ids"]]
    assert sorted(announced) == sorted(Interaction.objects.values_list("id", flat=True))


def test_nothing_is_done_for_nothing(db):
    assert record_interactions(items=[], now=NOW).items == []
    assert Event.objects.count() == 0


def test_too_large_a_batch_is_refused_whole(creator):
    with pytest.raises(BatchTooLarge):
        record_interactions(items=make_rows(creator, 1) * 10_001, now=NOW)
    assert Interaction.objects.count() == 0


def test_unstorable_payload_refuses_the_batch_whole(creator):
    rows = make_rows(creator, 2)
    with pytest.raises(DocumentRefused):
        record_interactions(items=[rows[0], replace(rows[1], payload={"a": "\0"})], now=NOW)
    assert Interaction.objects.count() == 0


def test_query_count_is_the_same_for_few_and_many(creator):
    with CaptureQueriesContext(connection) as few:
        record_interactions(items=make_rows(creator, 3), now=NOW)
    with CaptureQueriesContext(connection) as many:
        record_interactions(items=make_rows(creator, 300, "other"), now=NOW)
    assert len(few) == len(many)


@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_at_once_store_each_row_once():
    creator = make_creator("lumenkitchen")
    rows = make_rows(creator, 600)
    batches = [rows[:400], list(reversed(rows[200:])), rows[100:500]]
    barrier, results, failures = threading.Barrier(3, timeout=30), [], []

    def ingest(batch):
        try:
            barrier.wait()
            results.append(record_interactions(items=batch, now=NOW))
        except Exception as error:  # noqa: BLE001  carried to the main thread, which asserts there are none
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ingest, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert sum(result.created for result in results) == 600
    assert sum(result.duplicates for result in results) == 600
    assert Interaction.objects.count() == 600
    announced = [pk for event in Event.objects.all() for pk in event.payload["interaction_ids"]]
    assert len(announced) == len(set(announced)) == 600
    assert all(item.interaction_id for result in results for item in result.items)
