"""Archives: only of what is done, whole or refused, restorable row by row."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Interaction
from migration.enums import Stage
from migration.errors import ArchiveInvalid, StageConflict
from migration.models import DatasetArchive, OutboxRow
from migration.services.archive import restore_archive, verify_archive, write_archive
from tests.migration.climbing import climb
from tests.migration.conftest import drain, make_interaction, switch

NAME = "interactions"
TEXTS = ["plain", 'quotes " and \\ backslash', "line\nbreak\u2028\x1f", "日本語 🙂", "tab\t"]


@pytest.fixture
def done(transactional_db, creator, mongo, settings, tmp_path):
    settings.ARCHIVE_DIR = tmp_path
    payload = {"big": 2**70, "small": 1.10, "nested": [None, True, {"a": "ü"}]}
    Interaction.objects.bulk_create(
        [make_interaction(creator, str(number), text=text, payload=payload) for number, text in enumerate(TEXTS)]
    )
    switch("USE_MONGO")
    climb(NAME, Stage.DONE)
    return creator


def write() -> DatasetArchive:
    return write_archive(name=NAME, actor="t", reason="it has moved", now=timezone.now())


def restore(archive):
    return restore_archive(archive=archive, actor="t", reason="needed", now=timezone.now())


def test_only_a_dataset_that_is_done_is_archived(transactional_db, creator, mongo, settings, tmp_path):
    settings.ARCHIVE_DIR = tmp_path
    switch("USE_MONGO")

    with pytest.raises(StageConflict, match="for datasets that are done"):
        write()

    assert list(tmp_path.iterdir()) == []


def test_archive_holds_every_row_and_is_kept_thirty_days(done):
    archive = write()

    assert (archive.rows, verify_archive(archive=archive)) == (5, 5)
    assert archive.keep_until - archive.created_at == timedelta(days=30)
    with gzip.open(archive.path, "rt") as file:
        lines = [json.loads(line) for line in file]
    assert [one["text"] for one in lines[1:-1]] == TEXTS
    assert lines[-1] == {"rows": 5}
    assert Interaction.objects.count() == 5


def test_lost_rows_come_back_exactly_and_are_captured(done):
    columns = "SELECT * FROM creators_interaction ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(columns)
        before = cursor.fetchall()
    archive = write()
    lost = list(Interaction.objects.order_by("pk").values_list("pk", flat=True))[:3]
    Interaction.objects.filter(pk__in=lost).delete()
    drain()

    result = restore(archive)

    assert (result.restored, result.present) == (3, 2)
    with connection.cursor() as cursor:
        cursor.execute(columns)
        assert cursor.fetchall() == before
    assert set(OutboxRow.objects.values_list("key", flat=True)) == set(lost)
    assert restore(archive).restored == 0


def test_new_rows_take_ids_above_the_restored_ones(done):
    archive = write()
    highest = Interaction.objects.latest("pk").pk
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE creators_interaction RESTART IDENTITY CASCADE")

    restore(archive)

    assert make_and_save(done).pk > highest


def make_and_save(creator) -> Interaction:
    row = make_interaction(creator, "new")
    row.save()
    return row


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damaged_archive_is_refused_and_nothing_is_restored(done, damage):
    archive = write()
    path = Path(archive.path)
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "cut":
        path.write_bytes(content[:-20])
    else:
        path.unlink()
    Interaction.objects.all().delete()

    with pytest.raises(ArchiveInvalid):
        restore(archive)

    assert Interaction.objects.count() == 0


def test_archive_of_another_shape_is_refused(done):
    archive = write()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE creators_interaction ADD COLUMN extra text")
    try:
        with pytest.raises(ArchiveInvalid, match="The table has changed since: extra"):
            restore(archive)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE creators_interaction DROP COLUMN extra")
