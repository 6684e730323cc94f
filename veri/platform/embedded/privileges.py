"""As whom a server runs: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED_NAME = "nobody"
UNPRIVILEGED_ID = 65534
PROGRAM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
# Each lets a process pass folders closed to it; only the second lets it run files closed to it.
# Containers often have one and not the other. Numbers from linux/capability.h.
TRAVERSAL_CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}
SECUREBITS_CAPABILITY = 8


class NoUnprivilegedAccess(Exception):
    """No way was found to let an unprivileged process reach its files."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user to run as, with the capabilities it needs to reach its files, if any."""

    uid: int
    gid: int
    capabilities: tuple[str, ...] = ()
    keeps_access_rights: bool = False

    def build_command(self, *, command: Sequence[str]) -> list[str]:
        """Return the command, wrapped in setpriv when capabilities have to be carried along."""
        if not self.capabilities:
            return list(command)
        setpriv = shutil.which("setpriv", path=PROGRAM_PATH)
        if setpriv is None:
            raise NoUnprivilegedAccess("setpriv (util-linux) is not installed")
        grants = ",".join(f"+{name}" for name in self.capabilities)
        return [
            setpriv,
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            f"--inh-caps={grants}",
            f"--ambient-caps={grants}",
            # initdb asks access(2) whether it can run its programs; without this bit that ignores capabilities.
            *(["--securebits=+no_setuid_fixup"] if self.keeps_access_rights else []),
            "--",
            *command,
        ]


def choose_account(*, data_dir: Path, programs: Iterable[Path]) -> Account | None:
    """Return the account for a server that refuses root; None means the present user.

    As root it is the owner of the data directory, or `nobody` for a new one. No folder's mode is ever changed:
    where a parent is closed to others, the process carries capabilities instead.

    Raises:
        NoUnprivilegedAccess: a parent is closed and root lacks the capabilities to help.
    """
    if os.geteuid() != 0:
        return None
    uid, gid = _get_owner(data_dir) or _get_unprivileged_user()
    closed = [path for path in (data_dir.parent, *programs) if not _is_reachable_by_others(path)]
    if not closed:
        return Account(uid=uid, gid=gid)
    effective = _read_effective_capabilities()
    capabilities = tuple(name for name, number in TRAVERSAL_CAPABILITIES.items() if effective >> number & 1)
    if not capabilities:
        raise NoUnprivilegedAccess(f"an unprivileged user cannot reach {closed[0]}, and root cannot grant it")
    keeps = bool(effective >> SECUREBITS_CAPABILITY & 1)
    return Account(uid=uid, gid=gid, capabilities=capabilities, keeps_access_rights=keeps)


def _get_owner(data_dir: Path) -> tuple[int, int] | None:
    try:
        status = data_dir.stat()
    except FileNotFoundError:
        return None
    return (status.st_uid, status.st_gid) if status.st_uid != 0 else None


def _get_unprivileged_user() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_NAME)
    except KeyError:
        return UNPRIVILEGED_ID, UNPRIVILEGED_ID
    return entry.pw_uid, entry.pw_gid


def _is_reachable_by_others(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _read_effective_capabilities() -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0
