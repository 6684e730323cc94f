"""How far the ingest of a file has come: one small state file per path, replaced after each committed batch."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_HEAD_BYTES = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Progress:
    """Counts of lines so far, and the place to go on from. ``rejects_size`` is the reject file's size at that place."""

    offset: int = 0
    line: int = 0
    created: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejects_size: int = 0


class ProgressFile:
    """The state of one input file; a file that changed since (size, inode or head) starts anew."""

    def __init__(self, *, folder: Path, source: Path) -> None:
        self._source = source.resolve()
        self._path = folder / f"{hashlib.sha256(str(self._source).encode()).hexdigest()[:32]}.json"

    def load(self) -> Progress | None:
        """Return where to go on, or None when there is nothing to go on from."""
        try:
            state = json.loads(self._path.read_bytes())
            return Progress(**state["progress"]) if state["source"] == self._identify() else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def save(self, progress: Progress) -> None:
        """Replace the state at once: a reader or a crash sees the old state or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"source": self._identify(), "progress": asdict(progress)}))
        temporary.replace(self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def _identify(self) -> dict[str, str | int]:
        status = self._source.stat()
        with self._source.open("rb") as file:
            head = hashlib.sha256(file.read(_HEAD_BYTES)).hexdigest()
        return {"path": str(self._source), "size": status.st_size, "inode": status.st_ino, "head": head}
