"""The MongoDB wire protocol on SQLite."""

import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from veri.platform.embedded.packages import locate_package
from veri.platform.embedded.processes import get_option
from veri.platform.embedded.server import Server

MODULE = "nx_27017.nx_27017"


@dataclass(frozen=True, kw_only=True)
class MongoServer(Server):
    """Runs nx-27017 with one SQLite file per database."""

    name: ClassVar[str] = "mongo"
    variable: ClassVar[str] = "MONGODB_URI"
    stop_steps: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0))

    def get_url(self, *, port: int) -> str:
        return f"mongodb://127.0.0.1:{port}/veri"

    def get_port(self, *, arguments: Sequence[str]) -> int | None:
        port = get_option(arguments=arguments, option="--port")
        mine = MODULE in arguments and get_option(arguments=arguments, option="--data-dir") == str(self.data_dir)
        return int(port) if mine and port and port.isdigit() else None

    def launch(self, *, port: int) -> None:
        locate_package(module="nx_27017", distribution="nx-27017")
        launcher = self.build_launcher()
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        # It refuses to start while its pid file names any living process, even a stranger.
        self.pid_file.unlink(missing_ok=True)
        launcher.run(
            command=[
                *(sys.executable, "-m", MODULE, "--daemon"),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--data-dir", str(self.data_dir)),
                *("--pid-file", str(self.pid_file)),
                *("--log-file", str(self.layout.get_log_file(name=self.name))),
            ]
        )
