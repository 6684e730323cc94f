"""Archives: a checksummed, compressed copy of a dataset that has moved for good. PostgreSQL's rows stay.

Restoring adds the rows that are missing and changes none that exist.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from migration.enums import Stage
from migration.errors import ArchiveInvalid, StageConflict
from migration.models import Dataset, DatasetArchive
from migration.registry import DatasetSpec, get_spec
from migration.services.changes import record_change, require_reason
from migration.stores.archive_files import hash_file, read_file, write_file
from migration.stores.archive_rows import CHUNK, advance_sequence, insert_missing, iterate_rows, list_columns

OnProgress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class RestoreResult:
    """Rows that were missing and are back, and rows that were there."""

    restored: int
    present: int


def write_archive(
    *, name: str, actor: Any, reason: str, now: datetime, on_progress: OnProgress = lambda _rows: None
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
    header = {"dataset": name, "table": spec.table, "columns": list_columns(spec), "written_at": now.isoformat()}
    rows = write_file(path=path, header=header, chunks=iterate_rows(spec), on_progress=on_progress)
    if sum(1 for _ in _read_rows(path, spec)) != rows:
        raise ArchiveInvalid(f"{path.name} does not hold the {rows} rows that were written.")
    return _keep(dataset, path, rows, actor=actor, reason=reason, now=now)


@transaction.atomic
def _keep(dataset: Dataset, path: Path, rows: int, *, actor: Any, reason: str, now: datetime) -> DatasetArchive:
    archive = DatasetArchive.objects.create(
        dataset=dataset,
        path=str(path),
        rows=rows,
        size=path.stat().st_size,
        sha256=hash_file(path),
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
    if hash_file(path) != archive.sha256:
        raise ArchiveInvalid(f"{path.name} is damaged: its checksum differs.")
    rows = sum(1 for _ in _read_rows(path, get_spec(archive.dataset.name)))
    if rows != archive.rows:
        raise ArchiveInvalid(f"{path.name} holds {rows} rows, not {archive.rows}.")
    return rows


def restore_archive(
    *, archive: DatasetArchive, actor: Any, reason: str, now: datetime, on_progress: OnProgress = lambda _rows: None
) -> RestoreResult:
    """Insert the archive's rows that the table lacks, chunk by chunk; run again, it goes on.

    The triggers capture what is inserted. Rows that exist stay as they are.

    Raises:
        ReasonMissing. ArchiveInvalid: also when the table refuses a row; chunks before it stay.
    """
    require_reason(reason)
    verify_archive(archive=archive)
    spec = get_spec(archive.dataset.name)
    lines = _read_rows(Path(archive.path), spec)
    restored = seen = 0
    while chunk := list(islice(lines, CHUNK)):
        restored, seen = restored + insert_missing(spec, chunk), seen + len(chunk)
        on_progress(seen)
    result = RestoreResult(restored=restored, present=seen - restored)
    with transaction.atomic():
        advance_sequence(spec)
        dataset, after = archive.dataset, asdict(result)
        record_change(dataset=dataset, action="restore", actor=actor, reason=reason, before=None, after=after, now=now)
    return result


def _read_rows(path: Path, spec: DatasetSpec) -> Iterator[str]:
    """Yield the rows of an archive of this dataset and of the table's present shape."""

    def check(header: dict[str, Any]) -> None:
        if header.get("dataset") != spec.name:
            raise ArchiveInvalid(f"This is no archive of {spec.name}.")
        changed = sorted(set(header["columns"]) ^ set(list_columns(spec)))
        if changed:
            raise ArchiveInvalid(f"The table has changed since: {', '.join(changed)}.")

    return read_file(path=path, check_header=check)
