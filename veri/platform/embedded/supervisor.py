"""Starting, stopping and describing the private servers of one root."""

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from veri.platform.embedded.discovery import RunningServer, adopt_running, find_running, is_running, stop_running
from veri.platform.embedded.errors import EmbeddedStartFailed
from veri.platform.embedded.layout import Layout
from veri.platform.embedded.locking import hold_lock
from veri.platform.embedded.mongo import MongoServer
from veri.platform.embedded.ports import choose_port, is_port_answering
from veri.platform.embedded.postgres import PostgresServer
from veri.platform.embedded.redis import RedisServer
from veri.platform.embedded.server import Server
from veri.platform.embedded.state import ServerRecord, read_state, write_state

SERVER_NAMES = ("postgres", "redis", "mongo")
_KINDS: Mapping[str, type[Server]] = {kind.name: kind for kind in (PostgresServer, RedisServer, MongoServer)}
START_ATTEMPTS = 3
ANSWER_SECONDS = 20.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class ServerStatus:
    """One server as found now; `url` and `port` of a stopped server are those it last had."""

    name: str
    running: bool
    pid: int | None
    port: int | None
    url: str | None
    data_dir: Path


def ensure_started(*, root: Path, names: Collection[str] = SERVER_NAMES, durable: bool = True) -> dict[str, str]:
    """Start the named servers that are not running and return their addresses by environment variable.

    Idempotent and safe between processes: whoever comes second waits and finds the first one's servers.
    Data lies in `root/<name>`, logs in `root/log`. With `durable=False` a newly started PostgreSQL trades
    crash safety for speed.

    Raises:
        EmbeddedStartFailed: a server did not start; the others are left running and recorded.
    """
    servers = _build_servers(root=root, names=names, durable=durable)
    layout = Layout.at(root=root)
    records = read_state(path=layout.state_file)
    if not _list_missing(servers, records):
        return _build_urls(servers, records)
    with hold_lock(path=layout.lock_file):
        records = read_state(path=layout.state_file)
        _start_missing(_list_missing(servers, records), records, layout)
    return _build_urls(servers, records)


def stop(*, root: Path, names: Collection[str] = SERVER_NAMES) -> list[str]:
    """Stop the named servers, recorded or not, and return the names of those that ran; data and ports are kept."""
    layout = Layout.at(root=root)
    if not layout.root.is_dir():
        return []
    with hold_lock(path=layout.lock_file):
        records = read_state(path=layout.state_file)
        stopped = [server.name for server in _build_servers(root=root, names=names) if _stop_server(server, records)]
        write_state(path=layout.state_file, records=records)
    return stopped


def start_one(*, root: Path, name: str, durable: bool = True) -> str:
    """Start one server, at its previous port when that is free, and return its address."""
    (url,) = ensure_started(root=root, names=(name,), durable=durable).values()
    return url


def stop_one(*, root: Path, name: str) -> bool:
    """Stop one server and tell whether it ran."""
    return stop(root=root, names=(name,)) == [name]


def status(*, root: Path) -> list[ServerStatus]:
    """Describe all three servers as found in the process table, whether recorded or not."""
    records = read_state(path=Layout.at(root=root).state_file)
    return [_describe(server, records.get(server.name)) for server in _build_servers(root=root, names=SERVER_NAMES)]


def _build_servers(*, root: Path, names: Collection[str], durable: bool = True) -> list[Server]:
    unknown = sorted(set(names) - set(SERVER_NAMES))
    if unknown:
        raise ValueError(f"no embedded server is called {', '.join(unknown)}; there are {', '.join(SERVER_NAMES)}")
    layout = Layout.at(root=root)
    return [_KINDS[name](layout=layout, durable=durable) for name in SERVER_NAMES if name in names]


def _build_urls(servers: Collection[Server], records: Mapping[str, ServerRecord]) -> dict[str, str]:
    return {server.variable: server.get_url(port=records[server.name].port) for server in servers}


def _list_missing(servers: Collection[Server], records: Mapping[str, ServerRecord]) -> list[Server]:
    return [server for server in servers if not is_running(server=server, record=records.get(server.name))]


def _start_missing(missing: Collection[Server], records: dict[str, ServerRecord], layout: Layout) -> None:
    """Start servers side by side and record each that runs, even when another fails."""
    if not missing:
        return
    with ThreadPoolExecutor(max_workers=len(missing)) as executor:
        starts = {server.name: executor.submit(_bring_up, server, records.get(server.name)) for server in missing}
    failures = [failure for start in starts.values() if (failure := start.exception())]
    records |= {name: start.result() for name, start in starts.items() if not start.exception()}
    write_state(path=layout.state_file, records=records)
    if failures:
        raise failures[0]


def _bring_up(server: Server, previous: ServerRecord | None) -> ServerRecord:
    running = adopt_running(server=server)
    preferred = previous.port if previous else None
    for attempt in range(START_ATTEMPTS):
        if running:
            break
        try:
            running = _launch(server, port=choose_port(preferred=preferred))
        except EmbeddedStartFailed:
            # Somebody may have taken the port just now, or the remains of a killed server still hold its memory.
            if attempt == START_ATTEMPTS - 1:
                raise
            time.sleep(0.5)
            running = adopt_running(server=server)
    if running is None:
        raise server.fail(reason=f"{START_ATTEMPTS} attempts failed")
    return ServerRecord(pid=running.pid, port=running.port, started_at=datetime.now(tz=UTC).isoformat())


def _launch(server: Server, *, port: int) -> RunningServer:
    server.launch(port=port)
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        found = find_running(server=server)
        if not found:
            raise server.fail(reason="it exited at once")
        if len(found) == 1 and is_port_answering(port=port):
            return found[0]
        time.sleep(POLL_SECONDS)
    raise server.fail(reason=f"port {port} did not answer within {ANSWER_SECONDS:.0f} s")


def _stop_server(server: Server, records: dict[str, ServerRecord]) -> bool:
    was_running = False
    # Again until nothing is found: a server whose starter had not ended yet is seen only once that one is gone.
    while found := find_running(server=server):
        was_running = True
        for running in found:
            stop_running(server=server, running=running)
    record = records.get(server.name)
    if record:
        records[server.name] = ServerRecord(pid=None, port=record.port, started_at=record.started_at)
    return was_running


def _describe(server: Server, record: ServerRecord | None) -> ServerStatus:
    found = find_running(server=server)
    port = found[0].port if found else record.port if record else None
    return ServerStatus(
        name=server.name,
        running=bool(found) and is_port_answering(port=found[0].port),
        pid=found[0].pid if found else None,
        port=port,
        url=server.get_url(port=port) if port else None,
        data_dir=server.data_dir,
    )
