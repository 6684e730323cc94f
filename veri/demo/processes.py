"""The demo's real processes: web, worker, relay."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from veri.settings.env import BASE_DIR

BIN = Path(sys.executable).parent
COMMANDS: dict[str, list[str | Path]] = {
    "web": [BIN / "gunicorn", "veri.asgi", "--config", "deploy/gunicorn.py", "--log-level", "warning"],
    "worker": [
        *(BIN / "celery", "-A", "veri.celery", "worker", "--concurrency", "2", "--loglevel", "ERROR"),
        *("--queues", "default,events,creators,memory,migration,billing,ops", "--without-mingle", "--without-gossip"),
    ],
    "relay": [sys.executable, "manage.py", "migration", "relay"],
    "platforms": [sys.executable, "-m", "tests.fakes.platforms"],
    "payments": [sys.executable, "-m", "tests.fakes.payments"],
}
STOP_SECONDS = 15
START_SECONDS = 30
PR_SET_PDEATHSIG = 1  # prctl(2)


def _end_with_parent() -> None:
    """Ask Linux to send this process SIGTERM when its parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class ProcessFailed(Exception):
    """Raised when a process ended by itself, or did not get ready; shows the end of its log."""


class Processes:
    """Start in order, stop in reverse; logs go to the given folder. Each process leads a group of its own."""

    def __init__(self, *, logs: Path, variables: Mapping[str, str] | None = None) -> None:
        self._logs = logs
        self._environment = {**os.environ, **(variables or {})}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"http://{self._environment['BIND']}"

    def start(self, name: str) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603  commands of this file
                [str(part) for part in COMMANDS[name]],
                cwd=BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509  takes no lock a thread might hold
            )

    def kill(self, name: str) -> None:
        """Kill a process and its children at once, without a chance to tidy up."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """Kill every process that was started, for those who look at nothing afterwards."""
        for name in list(self._running):
            self.kill(name)

    def wait_for_web(self) -> str:
        """Return the web's address once it is ready.

        Raises:
            ProcessFailed: when it ends, or is not ready within 30 s.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check()
            try:
                if httpx.get(f"{self.address}/health/ready", timeout=2).status_code == httpx.codes.OK:
                    return self.address
            except httpx.HTTPError:
                pass  # not listening yet
            time.sleep(0.1)
        raise ProcessFailed(f"web is not ready:\n{self._read_end('web')}")

    def check(self) -> None:
        """Raise ``ProcessFailed`` when a process has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ProcessFailed(f"{name} ended with {process.returncode}:\n{self._read_end(name)}")

    def get_pid(self, name: str) -> int:
        return self._running[name].pid

    def stop(self) -> None:
        """End every process, the last started first; one that does not end in 15 s is killed."""
        for process in self._running.values():
            process.terminate()
        for name in reversed(list(self._running)):
            try:
                self._running[name].wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill(name)
        self._running.clear()

    def _read_end(self, name: str) -> str:
        return (self._logs / f"{name}.log").read_text(errors="replace")[-2000:]
