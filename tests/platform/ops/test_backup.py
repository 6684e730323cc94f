import json
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from veri.platform.connections import mongo as mongo_connection
from veri.platform.connections.mongo import get_database
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.ops.backup import postgres
from veri.platform.ops.backup.services import create_backup, restore_backup, verify_backup
from veri.platform.ops.errors import BackupFailed
from veri.platform.ops.models import BackupRun, Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    (tmp_path / "files" / "deep").mkdir(parents=True)
    (tmp_path / "files" / "deep" / "a.txt").write_text("evidence")
    Heartbeat.objects.bulk_create([Heartbeat(name=f"h{n}", at=timezone.now()) for n in range(25)])
    collection = get_database()["backup_test"]
    collection.drop()
    collection.insert_many([{"_id": str(n), "n": n, "at": timezone.now(), "f": n / 3} for n in range(1200)])
    collection.create_index([("n", 1)], name="n_idx", unique=True)
    yield tmp_path
    get_database().drop_collection("backup_test")


def list_databases():
    with open_dedicated_connection() as session:
        return {row[0] for row in session.execute("SELECT datname FROM pg_database").fetchall()}


def test_backup_is_created_and_verified_in_a_fresh_place(data):
    before = list_databases()
    created = create_backup(now=timezone.now())
    verified = verify_backup(now=timezone.now())

    assert created.detail["tables"]["public.ops_heartbeat"] == 25
    assert created.detail["collections"]["backup_test"] == 1200
    assert created.detail["files"] == 1
    assert verified.name == created.name
    deadline = time.monotonic() + 20  # a neighbour on this server may be verifying a backup of its own
    while list_databases() - before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list_databases() <= before
    assert not [name for name in get_database().client.list_database_names() if name.startswith("verify_")]
    assert list(BackupRun.objects.values_list("kind", "state").order_by("id")) == [
        ("create", "succeeded"),
        ("verify", "succeeded"),
    ]


@pytest.mark.parametrize("victim", ["postgres.dump", "mongo/0000.jsonl.gz", "files.tar.gz"])
def test_damaged_backup_does_not_verify(data, victim):
    created = create_backup(now=timezone.now())
    path = data / "backups" / created.name / victim
    path.write_bytes(path.read_bytes()[:-3] + b"xyz")

    with pytest.raises(BackupFailed, match="missing or damaged"):
        verify_backup(now=timezone.now())

    assert BackupRun.objects.filter(kind="verify").get().state == "failed"


def test_dump_that_differs_from_its_manifest_does_not_verify(data):
    created = create_backup(now=timezone.now())
    path = data / "backups" / created.name / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["postgres"]["public.ops_heartbeat"]["checksum"] = "1"
    manifest["mongo"]["backup_test"]["documents"] = 1199
    path.write_text(json.dumps(manifest))

    with pytest.raises(BackupFailed, match=r"tables differ after loading: public\.ops_heartbeat"):
        verify_backup(now=timezone.now())


def test_restore_refuses_a_target_with_data(data):
    create_backup(now=timezone.now())

    with pytest.raises(BackupFailed, match="holds data"):
        restore_backup(now=timezone.now())

    assert Heartbeat.objects.count() == 25


def test_restore_brings_everything_back(data):
    create_backup(now=timezone.now())
    Heartbeat.objects.filter(name__lt="h2").delete()
    get_database()["backup_test"].delete_many({"n": {"$lt": 700}})
    (data / "files" / "deep" / "a.txt").unlink()

    restore_backup(now=timezone.now(), force=True)

    assert Heartbeat.objects.count() == 25
    assert get_database()["backup_test"].count_documents({}) == 1200
    indexes = get_database()["backup_test"].index_information().values()
    assert [(index["key"], index["unique"]) for index in indexes if index["key"] != [("_id", 1)]] == [
        ([("n", 1)], True)
    ]
    assert (data / "files" / "deep" / "a.txt").read_text() == "evidence"
    assert BackupRun.objects.get(kind="restore").state == "succeeded"


def test_failed_dump_leaves_nothing_behind(data, settings):
    mongo_connection.close()
    settings.MONGODB_URIS, reachable = ["mongodb://127.0.0.1:1/veri"], settings.MONGODB_URIS

    with pytest.raises(BackupFailed, match="ServerSelectionTimeoutError"):
        create_backup(now=timezone.now())

    mongo_connection.close()
    settings.MONGODB_URIS = reachable

    assert list((data / "backups").iterdir()) == []
    assert BackupRun.objects.get().state == "failed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify"], "there is no backup"),
        (["verify", "nothing"], "there is no backup named nothing"),
        (["restore"], "repeat with --yes"),
        (["create", "name"], "create chooses the name itself"),
    ],
)
def test_command_failure_is_one_clear_line(data, arguments, message):
    with pytest.raises(CommandError, match=message) as failure:
        call_command("backup", *arguments)

    assert failure.value.returncode == 1


def test_command_reports_what_it_did(data, capsys):
    call_command("backup", "create", "--to", str(data / "elsewhere"))
    call_command("backup", "verify", "--to", str(data / "elsewhere"))

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["create", "verify"]
    assert "1200 documents in 1 collections, 1 files" in lines[1]


def test_program_of_another_major_version_refused():
    with pytest.raises(BackupFailed, match="version 18, the server 15"):
        postgres.get_program(name="pg_dump", server_version=150003)


def test_checksum_tells_rows_apart():
    def measure():
        with open_dedicated_connection(autocommit=False) as session:
            return postgres.measure_tables(connection=session)["public.ops_heartbeat"]

    Heartbeat.objects.create(name="a", at=timezone.now())
    first = measure()
    Heartbeat.objects.update(name="b")

    assert measure() != first
    assert connection.in_atomic_block is False
