"""Crashed owners, killed servers, lost files."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.platform.embedded.probing import KEEPERS, get_pids, get_status, kill_hard
from veri.platform import embedded
from veri.platform.embedded.state import ServerRecord, read_state, write_state


@pytest.mark.parametrize("name", ["postgres", "redis", "mongo"])
def test_killed_server_is_replaced_on_the_same_data(root: Path, name: str) -> None:
    _, keep, is_kept = KEEPERS[name]
    url = embedded.start_one(root=root, name=name)
    keep(url)
    killed = get_status(root=root, name=name).pid
    assert killed is not None
    kill_hard(pid=killed)

    again = embedded.start_one(root=root, name=name)

    assert again == url
    assert is_kept(again)
    assert get_status(root=root, name=name).pid not in {killed, None}


def test_lost_state_file_adopts_the_running_servers(root: Path) -> None:
    urls = embedded.ensure_started(root=root)
    pids = get_pids(root=root)
    (root / "embedded.json").unlink()

    assert embedded.ensure_started(root=root) == urls

    assert get_pids(root=root) == pids
    assert {name: record.pid for name, record in read_state(path=root / "embedded.json").items()} == pids


def test_damaged_state_file_counts_as_lost(root: Path) -> None:
    url = embedded.start_one(root=root, name="redis")
    (root / "embedded.json").write_text('{"servers": {"redis": 7}}', encoding="utf-8")

    assert embedded.start_one(root=root, name="redis") == url


def test_deleted_data_directory_does_not_leak_the_old_server(root: Path) -> None:
    embedded.ensure_started(root=root)
    before = get_pids(root=root)
    shutil.rmtree(root, ignore_errors=True)

    urls = embedded.ensure_started(root=root)

    after = get_pids(root=root)
    assert set(before.values()).isdisjoint(after.values())
    assert not any(Path(f"/proc/{pid}/root").exists() for pid in before.values())
    for variable, _, _ in KEEPERS.values():
        assert variable in urls


def test_recycled_process_number_is_not_trusted(root: Path) -> None:
    url = embedded.start_one(root=root, name="redis")
    embedded.stop(root=root)
    (port,) = [record.port for record in read_state(path=root / "embedded.json").values()]
    stranger = ServerRecord(pid=os.getpid(), port=port, started_at="2026-01-01T00:00:00+00:00")
    write_state(path=root / "embedded.json", records={"redis": stranger})
    (root / "redis" / "redis.pid").write_text(f"{os.getpid()}\n", encoding="utf-8")

    assert embedded.start_one(root=root, name="redis") == url

    assert get_status(root=root, name="redis").pid != os.getpid()


def test_stale_postmaster_file_naming_a_stranger_does_not_block(root: Path) -> None:
    embedded.start_one(root=root, name="postgres")
    pid_file = root / "postgres" / "postmaster.pid"
    content = pid_file.read_text(encoding="utf-8").splitlines()
    killed = get_status(root=root, name="postgres").pid
    assert killed is not None
    kill_hard(pid=killed)
    pid_file.write_text("\n".join([str(os.getppid()), *content[1:]]), encoding="utf-8")

    embedded.start_one(root=root, name="postgres")

    assert get_status(root=root, name="postgres").running


def test_failed_start_names_the_server_and_shows_its_log(root: Path) -> None:
    embedded.start_one(root=root, name="postgres")
    embedded.stop(root=root)
    (root / "postgres" / "postgresql.conf").write_text("nonsense = 'on'\n", encoding="utf-8")

    with pytest.raises(embedded.EmbeddedStartFailed) as failure:
        embedded.ensure_started(root=root)

    assert failure.value.server == "postgres"
    assert str(failure.value).startswith("embedded postgres did not start: pg_ctl exited with 1")
    assert 'unrecognized configuration parameter "nonsense"' in str(failure.value)
    running = {server.name for server in embedded.status(root=root) if server.running}
    assert running == {"redis", "mongo"}
    assert json.loads((root / "embedded.json").read_text(encoding="utf-8"))["servers"]["redis"]["pid"]


def test_interrupted_initialisation_starts_over(root: Path) -> None:
    draft = root / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n", encoding="utf-8")

    embedded.start_one(root=root, name="postgres")

    assert not draft.exists()
    assert get_status(root=root, name="postgres").running


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
def test_root_below_a_closed_folder_starts_without_opening_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        urls = embedded.ensure_started(root=closed / "var")

        assert KEEPERS["redis"][2](urls["REDIS_URL"])
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert (closed / "var" / "postgres").stat().st_uid != 0
        assert stat.S_IMODE((closed / "var" / "postgres").stat().st_mode) == 0o700
    finally:
        embedded.stop(root=closed / "var")
