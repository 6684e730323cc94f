import threading
from dataclasses import replace

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from creators.models import Interaction
from migration.models import Dataset, OutboxRow
from migration.services.outbox import compact_outbox, create_outbox_partitions, empty_outbox
from migration.services.outbox_limit import find_overfull_datasets, is_outbox_full
from tests.databases import own_database
from tests.migration.conftest import NAMES, drain, make_interaction
from veri.platform.ops.models import Notification

NAME = "interactions"


def run_sql(sql: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def make_row(
    key: int, version: int, operation: str = "u", *, dataset: str = NAME, scope: int = 1, **fields
) -> OutboxRow:
    return OutboxRow.objects.create(
        dataset=dataset, key=key, scope=scope, version=version, operation=operation, **fields
    )


def list_partitions() -> dict[str, int]:
    return dict(run_sql("SELECT tableoid::regclass::text, count(*) FROM migration_outboxrow GROUP BY 1"))


@pytest.fixture
def limit(settings):
    """Set the outbox's limit; the size below which nothing is counted shrinks with it."""

    def set_limit(rows: int) -> None:
        settings.MIGRATION = replace(settings.MIGRATION, outbox_limit=rows)

    return set_limit


def test_captured_rows_land_in_their_datasets_partition(capturing):
    make_interaction(capturing, "a").save()
    type(capturing).objects.update(bio="changed")

    assert list_partitions() == {"migration_outbox_interactions": 1, "migration_outbox_creator_profiles": 1}


def test_every_registered_dataset_has_its_partition(db):
    create_outbox_partitions()

    found = run_sql(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'migration_outboxrow'::regclass"
    )

    waiting = ["memory_vectors_minilm", "memory_vectors_voyage"]  # prepared, whoever makes vectors now
    assert {name for (name,) in found} == {
        "migration_outbox_default",
        *(f"migration_outbox_{name}" for name in (*NAMES, *waiting)),
    }


def test_rows_of_a_dataset_without_partition_are_moved_out_of_the_default(db):
    kept = make_row(7, 3, dataset="later")
    other = make_row(8, 4, dataset="unknown")
    assert list_partitions() == {"migration_outbox_default": 2}

    assert run_sql("SELECT migration_create_outbox_partition('later')") == [(True,)]
    assert run_sql("SELECT migration_create_outbox_partition('later')") == [(False,)]

    assert list_partitions() == {"migration_outbox_default": 1, "migration_outbox_later": 1}
    assert OutboxRow.objects.get(pk=kept.pk).version == 3
    assert OutboxRow.objects.get(pk=other.pk).dataset == "unknown"
    assert make_row(9, 5, dataset="later").pk > other.pk


@pytest.mark.django_db(transaction=True)
def test_partitioning_carries_rows_over_and_back():
    with own_database("veri_partitioning"):
        migrate("0003_stage_machine")
        first, second = insert_row(1, 11), insert_row(2, 12)
        run_sql("UPDATE migration_outboxrow SET quarantined_at = now(), error = 'bad' WHERE id = %s", second)
        rows = list_rows()

        migrate("0004_capture_hardening")
        assert (get_kind(), list_rows()) == ("p", rows)
        migrate("0003_stage_machine")
        assert (get_kind(), list_rows()) == ("r", rows)
        third = insert_row(3, 13)
        migrate("0004_capture_hardening")

        assert (get_kind(), list_rows()[:2]) == ("p", rows)
        assert [row[0] for row in list_rows()] == [first, second, third]
        assert insert_row(4, 14) > third


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("migration", name)])


def insert_row(key: int, version: int) -> int:
    statement = (
        "INSERT INTO migration_outboxrow (dataset, key, scope, version, operation)"
        " VALUES ('interactions', %s, 1, %s, 'u') RETURNING id"
    )
    return run_sql(statement, key, version)[0][0]


def list_rows() -> list[tuple]:
    return run_sql("SELECT id, key, version, quarantined_at, error FROM migration_outboxrow ORDER BY id")


def get_kind() -> str:
    return run_sql("SELECT relkind FROM pg_class WHERE oid = 'migration_outboxrow'::regclass")[0][0]


def test_emptying_drops_one_datasets_rows_and_leaves_the_others(capturing):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(5))
    type(capturing).objects.update(bio="changed")

    empty_outbox(dataset=NAME)

    assert list(OutboxRow.objects.values_list("dataset", flat=True)) == ["creator_profiles"]


def test_emptying_deletes_where_a_writer_holds_the_partition(capturing, open_session):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(5))
    writer = open_session()
    writer.execute("UPDATE creators_interaction SET text = 'open' WHERE external_id = '3'")

    empty_outbox(dataset=NAME)

    assert OutboxRow.objects.count() == 0
    writer.commit()
    assert OutboxRow.objects.count() == 1


def test_compaction_keeps_the_newest_of_each_key_owner_and_operation(db):
    make_row(1, 1)
    make_row(1, 5)
    make_row(1, 3, scope=2)
    make_row(1, 2, "d")
    make_row(1, 4, "d")
    make_row(2, 6)
    make_row(0, 7, "t", scope=0)
    make_row(1, 1, quarantined_at=timezone.now())

    assert compact_outbox(dataset=NAME) == 2

    kept = OutboxRow.objects.filter(quarantined_at=None).order_by("version").values_list("key", "version", "operation")
    assert list(kept) == [(1, 3, "u"), (1, 4, "d"), (1, 5, "u"), (2, 6, "u"), (0, 7, "t")]
    assert OutboxRow.objects.exclude(quarantined_at=None).count() == 1
    assert compact_outbox(dataset=NAME) == 0


def test_compaction_beside_a_relay_loses_no_key(capturing, mongo):
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(50))
    for turn in range(6):
        Interaction.objects.update(text=f"turn {turn}")

    def compact() -> None:
        for _ in range(10):
            compact_outbox(dataset=NAME, limit=40)
        connection.close()

    thread = threading.Thread(target=compact)
    thread.start()
    drain()
    thread.join()
    drain()

    assert OutboxRow.objects.count() == 0
    assert mongo.interactions.count_documents({"text": "turn 5"}) == 50


def test_filling_outbox_is_warned_of_once_then_found_overfull(capturing, limit, settings):
    settings.ALERT_EMAILS = ["staff@example.org"]
    limit(10)
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(9))

    assert find_overfull_datasets(now=timezone.now()) == []
    assert find_overfull_datasets(now=timezone.now()) == []
    assert list(Notification.objects.values_list("subject", flat=True)) == ["The outbox of interactions is 90% full"]

    make_interaction(capturing, "last").save()
    assert is_outbox_full(dataset=NAME)
    assert find_overfull_datasets(now=timezone.now()) == [NAME]


def test_full_outbox_of_repeated_keys_is_compacted_instead(capturing, limit):
    limit(10)
    make_interaction(capturing, "hot").save()
    for turn in range(12):
        Interaction.objects.update(text=f"turn {turn}")

    assert find_overfull_datasets(now=timezone.now()) == []

    assert OutboxRow.objects.count() == 1
    assert Dataset.objects.get(name=NAME).is_capturing
