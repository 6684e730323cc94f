"""Files: one tar, and a checksum for anything on disk."""

import hashlib
import tarfile
from pathlib import Path

from django.core.files.storage import FileSystemStorage, default_storage

from veri.platform.ops.errors import BackupFailed


def get_files_folder() -> Path:
    """Return where the default storage keeps its files."""
    if not isinstance(default_storage, FileSystemStorage):
        raise BackupFailed("the default storage is no folder: back it up where it is kept")
    return Path(default_storage.location)


def dump_files(*, target: Path) -> int:
    """Write the files folder into one tar; return the number of files."""
    folder, count = get_files_folder(), 0
    with tarfile.open(target, "w:gz") as archive:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.is_file():
                archive.add(path, arcname=str(path.relative_to(folder)), recursive=False)
                count += 1
    return count


def load_files(*, source: Path, folder: Path) -> int:
    """Unpack the tar into a folder; return the number of files. Refuses members that would leave it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(source, "r:gz") as archive:
            members = archive.getmembers()
            archive.extractall(folder, members=members, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupFailed(f"{source.name} cannot be unpacked: {error}") from error
    return len(members)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
