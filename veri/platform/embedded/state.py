"""The state file: which server was started where."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ServerRecord:
    """One started server; a stopped one keeps its port, so that it returns to the same address."""

    pid: int | None
    port: int
    started_at: str


def read_state(*, path: Path) -> dict[str, ServerRecord]:
    """Return the records by server name; a lost or damaged file counts as empty.

    The file is a hint: running servers are found again through the process table.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {name: _parse_record(entry) for name, entry in raw["servers"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_state(*, path: Path, records: Mapping[str, ServerRecord]) -> None:
    """Replace the state file atomically."""
    content = {"servers": {name: asdict(record) for name, record in sorted(records.items())}}
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _parse_record(entry: Mapping[str, object]) -> ServerRecord:
    pid, port = entry["pid"], entry["port"]
    if not isinstance(port, int) or not (pid is None or isinstance(pid, int)):
        raise TypeError("a record needs numbers for pid and port")
    return ServerRecord(pid=pid, port=port, started_at=str(entry["started_at"]))
