import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from creators.models import Creator, Interaction
from creators.samples.generator import generate_samples, write_lines
from creators.services import line_reader
from creators.services.file_progress import Progress, ProgressFile
from tests.creators.conftest import make_creator
from tests.faults.conftest import is_somebody_blocked, wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def sample_file(tmp_path):
    path = tmp_path / "samples.jsonl"
    path.write_bytes(write_lines(generate_samples().items[:250]))
    return path


def make_line(number, **changes):
    item = {
        "creator": "lumenkitchen",
        "platform": "chat",
        "external_id": f"m-{number}",
        "type": "message",
        "text": f"Message {number}",
        "occurred_at": "2026-05-14T09:30:00Z",
    }
    return json.dumps({**item, **changes}).encode()


def run(path, **options):
    call_command("ingest", str(path), no_progress=True, **options)


def test_file_is_ingested_once(db, sample_file, capsys):
    run(sample_file, create_creators=True, batch=100)
    assert "250 lines: 250 created, 0 duplicates, 0 rejected." in capsys.readouterr().out
    assert Creator.objects.count() == 3
    run(sample_file)
    assert "250 lines: 0 created, 250 duplicates, 0 rejected." in capsys.readouterr().out
    assert Interaction.objects.count() == 250


def test_bad_lines_go_to_the_reject_file_with_reasons(creator, tmp_path):
    path = tmp_path / "mixed.jsonl"
    lines = [
        b"\xef\xbb\xbf" + make_line(1),
        b"{not json",
        b"",
        b"\xff\xfe\xfd",
        make_line(2, creator="@lumenkitchen"),
        make_line(3, creator="ghost"),
        make_line(4, occurred_at="2999-01-01T00:00:00Z"),
        make_line(5, text="x" * 200_000),
        b'{"creator": "lumenkitchen", "creator": "lumenkitchen"}',
        make_line(6, text="a\0b"),
        b"[" * 5000,
        make_line(7)[:-1] + b', "likes": 1}',
    ]
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(CommandError, match="9 lines were rejected") as caught:
        run(path)
    assert caught.value.returncode == 1
    rejects = [json.loads(line) for line in Path(f"{path}.rejects.jsonl").read_bytes().splitlines()]
    assert sorted(reject["line"] for reject in rejects) == [2, 4, 6, 7, 8, 9, 10, 11, 12]
    reasons = {reject["line"]: reject["reason"] for reject in rejects}
    assert reasons[6] == "creator: no such creator, or not yours"
    assert reasons[12] == "likes: unknown field"
    assert all(len(reject["text"]) <= 2000 for reject in rejects)
    assert sorted(Interaction.objects.values_list("external_id", flat=True)) == ["m-1", "m-2"]


def test_line_too_long_is_rejected_without_being_held(creator, tmp_path, monkeypatch):
    monkeypatch.setattr(line_reader, "MAX_LINE_BYTES", 1_000)
    path = tmp_path / "long.jsonl"
    path.write_bytes(make_line(1) + b"\n" + b"x" * 10_500 + b"\n" + make_line(2) + b"\n")
    with pytest.raises(CommandError, match="1 lines were rejected"):
        run(path)
    (reject,) = [json.loads(line) for line in Path(f"{path}.rejects.jsonl").read_bytes().splitlines()]
    assert (reject["line"], reject["text"]) == (2, "x" * 1001)
    assert Interaction.objects.count() == 2


def test_default_creator_stands_in_and_rejects_may_go_elsewhere(creator, tmp_path):
    path, rejects = tmp_path / "plain.jsonl", tmp_path / "elsewhere.jsonl"
    item = {name: value for name, value in json.loads(make_line(1)).items() if name != "creator"}
    path.write_text(json.dumps(item) + "\nnonsense\n")
    with pytest.raises(CommandError):
        run(path, creator="@LumenKitchen", rejects=rejects)
    assert json.loads(rejects.read_text())["line"] == 2
    assert Interaction.objects.get().creator == creator


def test_creators_are_not_made_for_lines_that_are_bad(db, tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(make_line(1, creator="newcomer", type=5) + b"\n" + make_line(2, creator="No Handle"))
    with pytest.raises(CommandError, match="2 lines"):
        run(path, create_creators=True)
    assert Creator.objects.count() == 0


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_missing_file_is_refused(db, tmp_path, name):
    with pytest.raises(CommandError, match="is not a file"):
        run(tmp_path / name)


@contextmanager
def listening_to_interrupts():
    """Let children begin with SIGINT at its default: a suite in a shell's background ignores it, and they would too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def start(arguments, var_dir, **options):
    """Start the real command on this test's database."""
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    environment = {**os.environ, "DATABASE_URL": url}
    environment |= {
        "VERI_VAR_DIR": str(var_dir),
        "REDIS_URL": ",".join(settings.REDIS_URLS),
        "MONGODB_URI": ",".join(settings.MONGODB_URIS),
    }
    with listening_to_interrupts():
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "ingest", *arguments],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )


@pytest.fixture
def long_file(tmp_path):
    path = tmp_path / "long.jsonl"
    lines = [make_line(number) if number % 500 else b"nonsense" for number in range(1, 4_001)]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@contextmanager
def stopping_at(number, creator):
    """Let ingest run until the batch with a line that another session is about to ingest, and wait for it there."""
    with transaction.atomic():
        now = timezone.now()
        Interaction.objects.create(
            creator=creator, platform="chat", external_id=f"m-{number}", occurred_at=now, received_at=now
        )
        yield lambda: wait_until(is_somebody_blocked, seconds=60)
        transaction.set_rollback(True)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_killed_run_goes_on_where_it_stopped(long_file, tmp_path, blow):
    creator = make_creator("lumenkitchen")
    var_dir = tmp_path / "var"
    with stopping_at(2_001, creator) as wait:
        process = start([str(long_file), "--batch", "50", "--no-progress"], var_dir)
        wait()
        process.send_signal(blow)
    _, errors = process.communicate(timeout=60)
    assert Interaction.objects.count() == 39 * 50  # every batch before
    assert process.returncode == (-signal.SIGKILL if blow == signal.SIGKILL else 130), errors

    again = start([str(long_file), "--no-progress"], var_dir)
    output, errors = again.communicate(timeout=100)
    assert again.returncode == 1, errors
    assert b"Going on after line" in output
    assert Interaction.objects.count() == 3_992
    rejects = [json.loads(line)["line"] for line in Path(f"{long_file}.rejects.jsonl").read_bytes().splitlines()]
    assert rejects == list(range(500, 4_001, 500))
    assert b"8 rejected" in output


@pytest.mark.django_db(transaction=True)
def test_stdin_is_ingested(tmp_path):
    make_creator("lumenkitchen")
    process = start(["-", "--no-progress"], tmp_path / "var")
    output, errors = process.communicate(input=make_line(1) + b"\n" + make_line(2), timeout=60)
    assert process.returncode == 0, errors
    assert b"2 lines: 2 created" in output
    assert Interaction.objects.count() == 2


def test_changed_file_starts_anew(creator, tmp_path, capsys):
    path = tmp_path / "grows.jsonl"
    path.write_bytes(make_line(1) + b"\n")
    state = ProgressFile(folder=Path(settings.VAR_DIR) / "ingest", source=path)
    state.save(Progress(offset=path.stat().st_size, line=1, created=1))
    assert state.load() == Progress(offset=path.stat().st_size, line=1, created=1)
    path.write_bytes(make_line(1) + b"\n" + make_line(2) + b"\n")
    assert state.load() is None
    run(path)
    assert "2 lines: 2 created" in capsys.readouterr().out


def test_restart_ignores_the_state(creator, tmp_path, capsys):
    path = tmp_path / "again.jsonl"
    path.write_bytes(make_line(1) + b"\n")
    state = ProgressFile(folder=Path(settings.VAR_DIR) / "ingest", source=path)
    state.save(Progress(offset=path.stat().st_size, line=1, created=1))
    run(path, restart=True)
    assert "1 lines: 1 created" in capsys.readouterr().out
