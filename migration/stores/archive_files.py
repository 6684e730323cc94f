"""The file of an archive: gzip, one JSON text a line: a header, the rows as PostgreSQL writes them, a footer.

A file of an archive's name is always whole: it is written beside and renamed. What is read is checked as it goes by.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Any

from migration.errors import ArchiveInvalid

FORMAT = "veri-archive-1"


def write_file(
    *, path: Path, header: dict[str, Any], chunks: Iterable[list[str]], on_progress: Callable[[int], None]
) -> int:
    """Write header, rows and footer; return how many rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial, rows = path.with_suffix(".partial"), 0
    with gzip.open(partial, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"format": FORMAT} | header) + "\n")
        for chunk in chunks:
            file.writelines(f"{line}\n" for line in chunk)
            rows += len(chunk)
            on_progress(rows)
        file.write(json.dumps({"rows": rows}) + "\n")
    partial.rename(path)
    return rows


def read_file(*, path: Path, check_header: Callable[[dict[str, Any]], None]) -> Iterator[str]:
    """Yield the rows' lines.

    Raises:
        ArchiveInvalid: the file is missing, damaged, ends early, or ``check_header`` refuses its header.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            header = json.loads(next(file))
            if header.get("format") != FORMAT:
                raise ArchiveInvalid(f"{path.name} is no archive.")
            check_header(header)
            previous, count = next(file), 0
            for line in file:
                yield previous.rstrip("\n")
                previous, count = line, count + 1
            if json.loads(previous) != {"rows": count}:
                raise ArchiveInvalid(f"{path.name} ends early.")
    except (OSError, EOFError, StopIteration, ValueError) as error:
        raise ArchiveInvalid(f"{path.name} cannot be read: {type(error).__name__}") from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the compressed file, hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
