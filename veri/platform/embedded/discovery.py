"""Finding running servers, known to the state file or not."""

import time
from dataclasses import dataclass

from veri.platform.embedded.ports import is_port_answering
from veri.platform.embedded.processes import (
    list_processes,
    read_arguments,
    read_parent,
    read_pid_file,
    send_signal,
    wait_for_exit,
)
from veri.platform.embedded.server import Server
from veri.platform.embedded.state import ServerRecord

ADOPTION_SECONDS = 3.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A process recognised as ours."""

    pid: int
    port: int
    arguments: tuple[str, ...]


def is_running(*, server: Server, record: ServerRecord | None) -> bool:
    """Tell whether a record's process lives, is this very server, and answers."""
    if record is None or record.pid is None:
        return False
    port = server.get_port(arguments=read_arguments(pid=record.pid))
    return port == record.port and is_port_answering(port=port)


def find_running(*, server: Server) -> list[RunningServer]:
    """Return every process serving this data directory, whoever started it."""
    found = {
        pid: RunningServer(pid=pid, port=port, arguments=arguments)
        for pid, arguments in list_processes()
        if (port := server.get_port(arguments=arguments)) is not None
    }
    # A child that has just been forked still shows the command line of its parent.
    return [running for pid, running in found.items() if read_parent(pid=pid) not in found]


def adopt_running(*, server: Server) -> RunningServer | None:
    """Return a healthy server found running; stop whatever else holds the data directory.

    Healthy means: alone, named by the pid file in the data directory (which a deleted and remade directory lacks),
    and answering within three seconds.
    """
    found = find_running(server=server)
    if len(found) == 1 and _is_adoptable(server, found[0]):
        return found[0]
    for running in found:
        stop_running(server=server, running=running)
    return None


def stop_running(*, server: Server, running: RunningServer) -> None:
    """Stop a process, politely first.

    Raises:
        EmbeddedStartFailed: it outlived even SIGKILL.
    """
    for number, seconds in server.stop_steps:
        send_signal(pid=running.pid, number=number)
        if wait_for_exit(pid=running.pid, arguments=running.arguments, timeout=seconds):
            return
    raise server.fail(reason=f"the old process {running.pid} cannot be stopped")


def _is_adoptable(server: Server, running: RunningServer) -> bool:
    deadline = time.monotonic() + ADOPTION_SECONDS
    while time.monotonic() < deadline:
        if read_pid_file(path=server.pid_file) == running.pid and is_port_answering(port=running.port):
            return True
        time.sleep(POLL_SECONDS)
    return False
