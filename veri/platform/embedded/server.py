"""What every private server has in common."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from veri.platform.embedded.errors import EmbeddedStartFailed
from veri.platform.embedded.launching import Launcher
from veri.platform.embedded.layout import Layout


@dataclass(frozen=True, kw_only=True)
class Server(ABC):
    """One kind of server with its data below one root.

    Running servers are recognised by their command line, which names the data directory: that survives the loss of
    every file we write, and a process number taken over by a stranger does not pass.
    """

    name: ClassVar[str]
    variable: ClassVar[str]
    stop_steps: ClassVar[tuple[tuple[signal.Signals, float], ...]]

    layout: Layout
    durable: bool = True

    @property
    def data_dir(self) -> Path:
        return self.layout.get_data_dir(name=self.name)

    @property
    def pid_file(self) -> Path:
        return self.data_dir / f"{self.name}.pid"

    @abstractmethod
    def get_url(self, *, port: int) -> str:
        """Return the address under which applications reach the server."""

    @abstractmethod
    def get_port(self, *, arguments: Sequence[str]) -> int | None:
        """Return the port a command line listens on, None when it is not this server on this data directory."""

    @abstractmethod
    def launch(self, *, port: int) -> None:
        """Start the server in the background, creating its data directory when missing.

        Expects that no server runs on the data directory. Returns before the server answers.

        Raises:
            EmbeddedStartFailed: a program failed or is not installed.
        """

    def build_launcher(self) -> Launcher:
        """Prepare the server's folders and return what runs its programs."""
        self.layout.prepare_folders(name=self.name)
        return Launcher(name=self.name, layout=self.layout)

    def fail(self, *, reason: str) -> EmbeddedStartFailed:
        """Return the error for this server, with the end of its log."""
        return EmbeddedStartFailed(server=self.name, reason=reason, log_file=self.layout.get_log_file(name=self.name))
