"""Metrics of many processes in one folder: name the files, fold those of the dead together, read them all."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from prometheus_client import values
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import MultiProcessValue

FOLDED_KINDS = ("counter", "histogram")


def get_process_name(*, pid: int | None = None) -> str:
    """Return what the files of a process end in; hosts (containers) may share the folder and the numbers."""
    return f"{_get_host()}-{os.getpid() if pid is None else pid}"


@cache
def _get_host() -> str:
    """Every metric asks with every observation: the system is asked once."""
    return socket.gethostname().replace("_", "-")


def identify_processes() -> None:
    """Make metrics created from now on write to files named by host and process, in an existing folder."""
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    values.ValueClass = MultiProcessValue(process_identifier=get_process_name)  # type: ignore[no-untyped-call]  # untyped library


def forget_process(*, pid: int) -> None:
    """Fold the files of a process that ended (gunicorn's child_exit, Celery's worker_process_shutdown)."""
    with _hold_folder():
        _fold(get_process_name(pid=pid))


def read_merged_metrics() -> list[Metric]:
    """Return the counts of all processes, living and dead, in one consistent reading."""
    with _hold_folder():
        _fold_dead_processes()
        return list(MultiProcessCollector(None, str(settings.METRICS_DIR)).collect())  # type: ignore[no-untyped-call]


def remove_dead_processes() -> int:
    """Fold the files of this host's processes that no longer live; return how many there were."""
    with _hold_folder():
        return _fold_dead_processes()


def _fold_dead_processes() -> int:
    host = get_process_name(pid=0)[:-1]
    names = {path.stem.rpartition("_")[2] for path in settings.METRICS_DIR.glob(f"*_{host}*.db")}
    dead = [name for name in names if not _is_alive(int(name.rpartition("-")[2]))]
    for name in dead:
        _fold(name)
    return len(dead)


def _fold(process: str) -> None:
    """Add a dead process's counts to the folder's common files and delete its own; gauges go with their process."""
    folder: Path = settings.METRICS_DIR
    for kind in FOLDED_KINDS:
        path = folder / f"{kind}_{process}.db"
        if path.exists():
            _add_file(path, folder / f"{kind}_folded.db")
            path.unlink(missing_ok=True)
    for path in folder.glob(f"gauge_*_{process}.db"):
        path.unlink(missing_ok=True)


def _add_file(source: Path, target: Path) -> None:
    total = MmapedDict(str(target))  # type: ignore[no-untyped-call]  # untyped library, here and below
    try:
        for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(source)):  # type: ignore[no-untyped-call]
            before, _at = total.read_value(key)  # type: ignore[no-untyped-call]
            total.write_value(key, before + value, timestamp)  # type: ignore[no-untyped-call]
    finally:
        total.close()  # type: ignore[no-untyped-call]


@contextmanager
def _hold_folder() -> Iterator[None]:
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.METRICS_DIR / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
