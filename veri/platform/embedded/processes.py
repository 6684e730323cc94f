"""Who runs: questions to the process table, so that a recycled process number is never trusted."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PROCESS_TABLE = Path("/proc")
POLL_SECONDS = 0.02


def read_arguments(*, pid: int) -> tuple[str, ...]:
    """Return the command line of a process; empty when it is gone or a zombie."""
    try:
        raw = (PROCESS_TABLE / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(part) for part in raw.rstrip(b"\0").split(b"\0")) if raw else ()


def read_parent(*, pid: int) -> int | None:
    """Return the parent of a process, None when it is gone."""
    try:
        fields = (PROCESS_TABLE / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1])


def list_processes() -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield number and command line of every visible process."""
    for entry in os.scandir(PROCESS_TABLE):
        if entry.name.isdigit():
            yield int(entry.name), read_arguments(pid=int(entry.name))


def get_option(*, arguments: Sequence[str], option: str) -> str | None:
    """Return the argument after `option`, None when it is absent."""
    try:
        return arguments[arguments.index(option) + 1]
    except (ValueError, IndexError):
        return None


def read_pid_file(*, path: Path) -> int | None:
    """Return the process number on the first line, None when there is none."""
    try:
        return int(path.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def send_signal(*, pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_for_exit(*, pid: int, arguments: Sequence[str], timeout: float) -> bool:
    """Wait until the process with this command line is gone; tell whether it is."""
    deadline = time.monotonic() + timeout
    while read_arguments(pid=pid) == tuple(arguments):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
