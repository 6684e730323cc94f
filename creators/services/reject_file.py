"""Lines that could not be ingested, with the reason, as JSON lines."""

import json
from pathlib import Path
from typing import BinaryIO

MAX_CHARACTERS = 2_000


class RejectFile:
    """Append-only; made when the first line is rejected. Going on from a place cuts what was written after it."""

    def __init__(self, *, path: Path, size: int = 0) -> None:
        self.path = path
        self._file: BinaryIO | None = None
        if path.exists():
            if size:
                with path.open("r+b") as file:
                    file.truncate(size)
            else:
                path.unlink()

    def write(self, *, line: int, reason: str, data: bytes) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab")
        text = data[: MAX_CHARACTERS * 4].decode(errors="replace")[:MAX_CHARACTERS]
        self._file.write(json.dumps({"line": line, "reason": reason, "text": text}).encode() + b"\n")

    def flush(self) -> int:
        """Write out what is buffered; return the file's size."""
        if self._file is None:
            return self.path.stat().st_size if self.path.exists() else 0
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
