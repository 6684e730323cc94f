"""The manifest of a backup: what is in it, and the checksums that prove it whole."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from veri.platform.ops.backup.files import hash_file
from veri.platform.ops.errors import BackupFailed

FILE_NAME = "manifest.json"
FORMAT = 1


def write_manifest(*, folder: Path, contents: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Write the manifest last: a folder without one is no backup."""
    files = {str(path.relative_to(folder)): hash_file(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = {"format": FORMAT, "created_at": now.isoformat(), **contents, "sha256": files}
    (folder / FILE_NAME).write_text(json.dumps(manifest, indent=1, sort_keys=True))
    return manifest


def read_manifest(*, folder: Path) -> dict[str, Any]:
    """Return the manifest of an unbroken backup.

    Raises:
        BackupFailed: when it is missing, of another format, or a file is missing or changed.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / FILE_NAME).read_text())
    except (OSError, ValueError) as error:
        raise BackupFailed(f"{folder.name} holds no readable manifest: {type(error).__name__}") from error
    if manifest.get("format") != FORMAT:
        raise BackupFailed(f"{folder.name} is of format {manifest.get('format')}, this release reads {FORMAT}")
    for name, expected in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or hash_file(path) != expected:
            raise BackupFailed(f"{name} of {folder.name} is missing or damaged")
    return manifest


def find_backup(*, name: str, parent: Path | None = None) -> Path:
    """Return the folder of a backup; without a name, of the newest.

    Raises:
        BackupFailed: when there is none.
    """
    root = parent or Path(settings.BACKUP_DIR)
    known = sorted(path.parent for path in root.glob(f"*/{FILE_NAME}"))
    if not name:
        if not known:
            raise BackupFailed("there is no backup")
        return known[-1]
    for path in known:
        if path.name == name:
            return path
    raise BackupFailed(f"there is no backup named {name}")
