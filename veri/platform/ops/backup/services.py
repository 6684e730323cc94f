"""Create, verify and restore backups of PostgreSQL, MongoDB and files; every run leaves a row."""

import shutil
import tempfile
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.utils import timezone

from veri.platform.connections.mongo import get_database
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.ops.backup import files, mongo, postgres
from veri.platform.ops.backup.manifest import find_backup, read_manifest, write_manifest
from veri.platform.ops.enums import BackupKind, BackupState
from veri.platform.ops.errors import BackupFailed
from veri.platform.ops.models import BackupRun

DUMP, COLLECTIONS, FILES = "postgres.dump", "mongo", "files.tar.gz"


def create_backup(*, now: datetime, parent: Path | None = None) -> BackupRun:
    """Write a backup into a new folder named by the time.

    PostgreSQL is one snapshot; MongoDB is derived from it and may be some relay batches ahead or behind.

    Raises:
        BackupFailed: when any part fails; nothing is left that could be taken for a backup.
    """
    root = parent or Path(settings.BACKUP_DIR)
    name = f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"
    return _run(BackupKind.CREATE, name, now, lambda: _create(root, name, now))


def verify_backup(*, now: datetime, name: str = "", parent: Path | None = None) -> BackupRun:
    """Load a backup into fresh databases and a fresh folder, compare counts and checksums, and drop them again.

    Raises:
        BackupFailed: naming what differs.
    """
    folder = find_backup(name=name, parent=parent)
    return _run(BackupKind.VERIFY, folder.name, now, lambda: _verify(folder))


def restore_backup(*, now: datetime, name: str = "", force: bool = False, parent: Path | None = None) -> BackupRun:
    """Replace what the configured stores hold by a backup, and compare counts and checksums.

    Raises:
        BackupFailed: when the stores hold data and ``force`` is not set, or when any part fails.
    """
    folder = find_backup(name=name, parent=parent)
    manifest = read_manifest(folder=folder)
    if not force and (postgres.count_rows() or mongo.count_documents()):
        raise BackupFailed("the target holds data; use --force to replace it")
    return _run(BackupKind.RESTORE, folder.name, now, lambda: _restore(folder, manifest))


def _run(kind: BackupKind, name: str, now: datetime, work: Callable[[], tuple[int, dict[str, Any]]]) -> BackupRun:
    """Do the work and record it, also when it failed."""
    from pymongo.errors import PyMongoError  # the driver loads on first use

    run = BackupRun(name=name, kind=kind, started_at=now)
    try:
        run.size_bytes, run.detail = work()
    except (BackupFailed, PyMongoError, OSError, psycopg.Error) as error:
        _finish(run, state=BackupState.FAILED, error=str(error)[:2000])
        if isinstance(error, BackupFailed):
            raise
        raise BackupFailed(f"{kind} failed: {type(error).__name__}: {error}") from error
    _finish(run, state=BackupState.SUCCEEDED, error="")
    return run


def _finish(run: BackupRun, *, state: BackupState, error: str) -> None:
    from django.db import Error

    run.state, run.error, run.finished_at = state, error, timezone.now()
    try:
        run.save(force_insert=True)
    except Error as failure:
        # A restore that broke off may have left no table to write to; the caller hears of it anyway.
        if state == BackupState.SUCCEEDED:
            raise BackupFailed("the run could not be recorded") from failure


def _create(root: Path, name: str, now: datetime) -> tuple[int, dict[str, Any]]:
    root.mkdir(parents=True, exist_ok=True)
    partial = root / f".partial-{name}"
    partial.mkdir(mode=0o700)
    try:
        contents = {
            "postgres": postgres.dump_database(target=partial / DUMP),
            "extensions": postgres.list_extensions(),
            "mongo": mongo.dump_collections(folder=partial / COLLECTIONS),
            "files": files.dump_files(target=partial / FILES),
        }
        write_manifest(folder=partial, contents=contents, now=now)
        partial.rename(root / name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    size = sum(path.stat().st_size for path in (root / name).rglob("*") if path.is_file())
    return size, _summarise(contents)


def _verify(folder: Path) -> tuple[int, dict[str, Any]]:
    manifest = read_manifest(folder=folder)
    scratch = f"verify_{uuid.uuid4().hex[:12]}"
    with postgres.create_scratch_database(name=scratch):
        postgres.load_dump(source=folder / DUMP, extensions=manifest["extensions"], database=scratch)
        with postgres.open_database(name=scratch) as connection:
            _compare("table", manifest["postgres"], postgres.measure_tables(connection=connection))
    _verify_collections(folder, manifest, scratch)
    with tempfile.TemporaryDirectory(prefix="veri-verify-") as place:
        count = files.load_files(source=folder / FILES, folder=Path(place))
    if count != manifest["files"]:
        raise BackupFailed(f"{count} files came back of {manifest['files']}")
    return 0, _summarise(manifest)


def _verify_collections(folder: Path, manifest: dict[str, Any], scratch: str) -> None:
    database = mongo.get_scratch_database(name=scratch)
    try:
        mongo.load_collections(folder=folder / COLLECTIONS, manifest=manifest["mongo"], database=database)
        _compare("collection", manifest["mongo"], mongo.measure_collections(database=database))
    finally:
        mongo.drop_collections(database=database)
        database.client.drop_database(scratch)


def _restore(folder: Path, manifest: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    connections.close_all()  # our own session must not hold what is dropped
    postgres.empty_database()
    postgres.load_dump(source=folder / DUMP, extensions=manifest["extensions"])
    with open_dedicated_connection(autocommit=False) as connection:
        _compare("table", manifest["postgres"], postgres.measure_tables(connection=connection))
    database = get_database()
    mongo.drop_collections(database=database)
    mongo.load_collections(folder=folder / COLLECTIONS, manifest=manifest["mongo"], database=database)
    _compare("collection", manifest["mongo"], mongo.measure_collections(database=database))
    files.load_files(source=folder / FILES, folder=files.get_files_folder())
    return 0, _summarise(manifest)


def _compare(what: str, expected: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> None:
    """Compare counts and checksums of every member.

    Raises:
        BackupFailed: naming the members that differ.
    """
    different = [
        name
        for name in sorted({*expected, *found})
        if any(
            expected.get(name, {}).get(part) != found.get(name, {}).get(part)
            for part in ("rows", "checksum", "documents", "sha256")
        )
    ]
    if different:
        raise BackupFailed(f"{what}s differ after loading: {', '.join(different[:20])}")


def _summarise(contents: dict[str, Any]) -> dict[str, Any]:
    return {
        "tables": {name: entry["rows"] for name, entry in contents["postgres"].items()},
        "collections": {name: entry["documents"] for name, entry in contents["mongo"].items()},
        "files": contents["files"],
    }
