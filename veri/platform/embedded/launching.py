"""Running a server's programs: no inherited secrets, own session, own temporary folder."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from veri.platform.embedded.errors import EmbeddedStartFailed
from veri.platform.embedded.layout import Layout
from veri.platform.embedded.privileges import PROGRAM_PATH, Account

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """Runs the programs of one server as one account (None: the present user)."""

    name: str
    layout: Layout
    account: Account | None = None

    def run(self, *, command: Sequence[str], stdin: str = "") -> None:
        """Run a program to its end, its output going to the server's log.

        Raises:
            EmbeddedStartFailed: it failed or took longer than a minute.
        """
        account = self.account
        log_file = self.layout.get_log_file(name=self.name)
        plain = account is not None and not account.capabilities
        with log_file.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  only our own programs, without a shell
                account.build_command(command=command) if account else list(command),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=self._build_environment(),
                user=account.uid if account and plain else None,
                group=account.gid if account and plain else None,
                extra_groups=[] if plain else None,
                start_new_session=True,
            )
            self._finish(process, stdin=stdin, program=Path(command[0]).name)

    def hand_over(self, *, path: Path) -> None:
        """Give a file or folder to the account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def fail(self, *, reason: str) -> EmbeddedStartFailed:
        """Return the error for this server, with the end of its log."""
        return EmbeddedStartFailed(server=self.name, reason=reason, log_file=self.layout.get_log_file(name=self.name))

    def _build_environment(self) -> dict[str, str]:
        # Only these four: the caller's environment may hold API keys and database passwords.
        return {
            "PATH": PROGRAM_PATH,
            "HOME": str(Path.home()),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.layout.get_temporary_dir(name=self.name)),
        }

    def _finish(self, process: subprocess.Popen[bytes], *, stdin: str, program: str) -> None:
        try:
            process.communicate(input=stdin.encode(), timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise self.fail(reason=f"{program} took longer than {TIMEOUT_SECONDS:.0f} s") from None
        if process.returncode != 0:
            raise self.fail(reason=f"{program} exited with {process.returncode}")
