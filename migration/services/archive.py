"""Archives: a checksummed, compressed JSONL copy of a dataset that has moved for good. PostgreSQL's rows stay.

The first line is the header, then one row a line as PostgreSQL writes it in JSON, then a footer with the count. The
checksum is of the compressed file. Restoring adds the rows that are missing and changes none that exist.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from migration.enums import Stage
from migration.errors import ArchiveInvalid, StageConflict
from migration.models import Dataset, DatasetArchive
from migration.models.dataset import LOWEST_KEY
from migration.registry import DatasetSpec, get_spec
from migration.services.changes import record_change, require_reason

FORMAT = "veri-archive-1"
CHUNK = 2000


@dataclass(frozen=True, kw_only=True)
class RestoreResult:
    """Rows that were missing and are back, and rows that were there."""

    restored: int
    present: int


def write_archive(
    *, name: str, actor: Any, reason: str, now: datetime, on_progress: Callable[[int], None] = lambda _rows: None
) -> DatasetArchive:
    """Write an archive below ``ARCHIVE_DIR``, read it back whole, and keep its checksum.

    Raises:
        ReasonMissing, StageConflict: the dataset is not done. ArchiveInvalid: what was written cannot be read back.
    """
    require_reason(reason)
    spec = get_spec(name)
    dataset = Dataset.objects.get(name=name)
    if dataset.stage != Stage.DONE:
        raise StageConflict(
            f"{name} is {dataset.get_stage_display().lower()}: an archive is for datasets that are done."
        )
    path = Path(settings.ARCHIVE_DIR) / f"{name}-{now:%Y%m%dT%H%M%S%f}.jsonl.gz"
    rows = _write_file(spec, path, now, on_progress)
    if sum(1 for _ in _read_rows(path, spec)) != rows:
        raise ArchiveInvalid(f"{path.name} does not hold the {rows} rows that were written.")
    return _keep(dataset, path, rows, actor=actor, reason=reason, now=now)


def _write_file(spec: DatasetSpec, path: Path, now: datetime, on_progress: Callable[[int], None]) -> int:
    """Write beside and rename: a file of this name is always whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    rows = 0
    with gzip.open(partial, "wt", encoding="utf-8") as file:
        header = {"format": FORMAT, "dataset": spec.name, "table": spec.table, "columns": _list_columns(spec)}
        file.write(json.dumps(header | {"written_at": now.isoformat()}) + "\n")
        for chunk in _walk(spec):
            file.writelines(f"{line}\n" for line in chunk)
            rows += len(chunk)
            on_progress(rows)
        file.write(json.dumps({"rows": rows}) + "\n")
    partial.rename(path)
    return rows


def _walk(spec: DatasetSpec) -> Iterator[list[str]]:
    """Yield the rows as JSON texts in chunks of key order, each its own short reading."""
    cursor, sql = LOWEST_KEY, f"SELECT id, row_to_json(t)::text FROM {spec.table} t WHERE id > %s ORDER BY id LIMIT %s"  # noqa: S608  name from code
    while True:
        with connection.cursor() as reading:
            reading.execute(sql, [cursor, CHUNK])
            found = reading.fetchall()
        if not found:
            return
        cursor = found[-1][0]
        yield [text for _, text in found]


def _keep(dataset: Dataset, path: Path, rows: int, *, actor: Any, reason: str, now: datetime) -> DatasetArchive:
    with transaction.atomic():
        archive = DatasetArchive.objects.create(
            dataset=dataset,
            path=str(path),
            rows=rows,
            size=path.stat().st_size,
            sha256=_hash(path),
            created_by=str(actor),
            created_at=now,
            keep_until=now + timedelta(seconds=settings.MIGRATION.archive_keep_seconds),
        )
        after = {"path": path.name, "rows": rows, "sha256": archive.sha256}
        record_change(dataset=dataset, action="archive", actor=actor, reason=reason, before=None, after=after, now=now)
    return archive


def verify_archive(*, archive: DatasetArchive) -> int:
    """Return the number of rows of an archive that is whole.

    Raises:
        ArchiveInvalid: missing, damaged, or of another number of rows than was kept.
    """
    path = Path(archive.path)
    if not path.is_file():
        raise ArchiveInvalid(f"{path.name} is missing.")
    if _hash(path) != archive.sha256:
        raise ArchiveInvalid(f"{path.name} is damaged: its checksum differs.")
    rows = sum(1 for _ in _read_rows(path, get_spec(archive.dataset.name)))
    if rows != archive.rows:
        raise ArchiveInvalid(f"{path.name} holds {rows} rows, not {archive.rows}.")
    return rows


def restore_archive(
    *,
    archive: DatasetArchive,
    actor: Any,
    reason: str,
    now: datetime,
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> RestoreResult:
    """Insert the archive's rows that the table lacks, chunk by chunk; run again, it goes on.

    The triggers capture what is inserted. Rows that exist stay as they are.

    Raises:
        ReasonMissing. ArchiveInvalid: also when the table refuses a row; chunks before it stay.
    """
    require_reason(reason)
    verify_archive(archive=archive)
    spec = get_spec(archive.dataset.name)
    restored = seen = 0
    for chunk in _chunk(_read_rows(Path(archive.path), spec)):
        restored, seen = restored + _insert(spec, chunk), seen + len(chunk)
        on_progress(seen)
    result = RestoreResult(restored=restored, present=seen - restored)
    with transaction.atomic():
        _advance_sequence(spec)
        record_change(
            dataset=archive.dataset,
            action="restore",
            actor=actor,
            reason=reason,
            before=None,
            after=vars(result),
            now=now,
        )
    return result


def _insert(spec: DatasetSpec, lines: list[str]) -> int:
    sql = (
        f"INSERT INTO {spec.table} SELECT * FROM json_populate_recordset(NULL::{spec.table}, %s::json)"  # noqa: S608  name from code
        " ON CONFLICT (id) DO NOTHING"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [f"[{','.join(lines)}]"])
            return int(cursor.rowcount)
    except DatabaseError as error:
        raise ArchiveInvalid(f"{spec.table} refuses a row of the archive: {error}"[:500]) from error


def _advance_sequence(spec: DatasetSpec) -> None:
    """Let new rows take ids above the restored ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest((SELECT max(id) FROM {spec.table}),"  # noqa: S608  name from code
            " nextval(pg_get_serial_sequence(%s, 'id'))))",
            [spec.table, spec.table],
        )


def _read_rows(path: Path, spec: DatasetSpec) -> Iterator[str]:
    """Yield the rows' lines of a whole archive of this dataset and of the table's present shape."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            _check_header(json.loads(next(file)), spec)
            previous, count = next(file), 0
            for line in file:
                yield previous.rstrip("\n")
                previous, count = line, count + 1
            if json.loads(previous) != {"rows": count}:
                raise ArchiveInvalid(f"{path.name} ends early.")
    except (OSError, EOFError, StopIteration, ValueError) as error:
        raise ArchiveInvalid(f"{path.name} cannot be read: {type(error).__name__}") from error


def _check_header(header: dict[str, Any], spec: DatasetSpec) -> None:
    if header.get("format") != FORMAT or header.get("dataset") != spec.name:
        raise ArchiveInvalid(f"This is no archive of {spec.name}.")
    lost = sorted(set(header["columns"]) ^ set(_list_columns(spec)))
    if lost:
        raise ArchiveInvalid(f"The table has changed since: {', '.join(lost)}.")


def _list_columns(spec: DatasetSpec) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum",
            [spec.table],
        )
        return [name for (name,) in cursor.fetchall()]


def _chunk(lines: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
