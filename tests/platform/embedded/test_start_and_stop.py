"""Starting and stopping."""

import multiprocessing
import time
from pathlib import Path

import pytest

from tests.platform.embedded.probing import KEEPERS, get_pids, get_port, get_status, run_sql
from veri.platform import embedded
from veri.platform.embedded.processes import list_processes

NAMES = ("postgres", "redis", "mongo")


def test_ensure_started_twice_keeps_the_same_servers(root: Path) -> None:
    first = embedded.ensure_started(root=root)
    pids = get_pids(root=root)

    started = time.monotonic()
    second = embedded.ensure_started(root=root)
    seconds = time.monotonic() - started

    assert second == first
    assert set(first) == {"DATABASE_URL", "REDIS_URL", "MONGODB_URI"}
    assert get_pids(root=root) == pids
    assert None not in pids.values()
    assert seconds < 0.03
    for variable, keep, is_kept in KEEPERS.values():
        keep(first[variable])
        assert is_kept(first[variable])


def test_ensure_started_warm_takes_less_than_five_seconds(root: Path) -> None:
    embedded.ensure_started(root=root)
    embedded.stop(root=root)

    started = time.monotonic()
    embedded.ensure_started(root=root)

    assert time.monotonic() - started < 5


def test_postgres_has_vector_in_veri_and_in_new_databases(root: Path) -> None:
    url = embedded.start_one(root=root, name="postgres", durable=False)
    run_sql(url, "CREATE DATABASE test_veri")

    extensions = "SELECT extname FROM pg_extension WHERE extname = 'vector'"
    settings = "SELECT current_setting('server_version_num')::int / 10000, current_setting('unix_socket_directories')"

    assert run_sql(url, extensions) == [("vector",)]
    assert run_sql(url.replace("/veri", "/test_veri"), extensions) == [("vector",)]
    assert run_sql(url, settings) == [(18, "")]
    assert run_sql(url, "SHOW fsync") == [("off",)]
    assert run_sql(url, "SHOW max_connections") == [("200",)]


def test_postgres_is_durable_unless_told_otherwise(root: Path) -> None:
    url = embedded.start_one(root=root, name="postgres")

    assert run_sql(url, "SHOW fsync") == [("on",)]
    assert run_sql(url, "SHOW timezone") == [("UTC",)]


def test_two_roots_run_side_by_side(tmp_path: Path) -> None:
    left, right = tmp_path / "left", tmp_path / "right"
    try:
        first, second = embedded.ensure_started(root=left), embedded.ensure_started(root=right)

        assert len({get_port(url) for url in (*first.values(), *second.values())}) == 6
        embedded.stop(root=left)
        assert [server.running for server in embedded.status(root=left)] == [False, False, False]
        assert [server.running for server in embedded.status(root=right)] == [True, True, True]
    finally:
        embedded.stop(root=left)
        embedded.stop(root=right)


def test_stop_leaves_no_process(root: Path) -> None:
    embedded.ensure_started(root=root)

    stopped = embedded.stop(root=root)

    assert stopped == list(NAMES)
    assert [arguments for _, arguments in list_processes() if str(root) in " ".join(arguments)] == []
    assert embedded.stop(root=root) == []


def test_stop_without_any_root_creates_nothing(tmp_path: Path) -> None:
    assert embedded.stop(root=tmp_path / "absent") == []
    assert list(tmp_path.iterdir()) == []


def test_ensure_started_from_two_processes_gives_one_set(root: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        runs = [pool.apply_async(embedded.ensure_started, kwds={"root": root}) for _ in range(2)]
        urls = [run.get(timeout=30) for run in runs]

    assert urls[0] == urls[1]
    assert all(server.running for server in embedded.status(root=root))
    masters = [pid for pid, arguments in list_processes() if str(root / "postgres") in arguments]
    assert masters == [get_status(root=root, name="postgres").pid]


def test_mongo_returns_on_the_same_port_with_its_data(root: Path) -> None:
    _, keep, is_kept = KEEPERS["mongo"]
    first = embedded.start_one(root=root, name="mongo")
    keep(first)

    assert embedded.stop_one(root=root, name="mongo")
    second = embedded.start_one(root=root, name="mongo")

    assert second == first
    assert is_kept(second)


def test_unknown_server_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="no embedded server is called oracle"):
        embedded.ensure_started(root=root, names=["oracle"])
    assert not root.exists()
