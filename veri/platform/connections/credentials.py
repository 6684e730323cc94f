"""Where the stores' addresses come from, and how new credentials arrive without a restart.

Addresses come from the settings. Where a secret file is named as well (`STORE_URL_FILES`), the file is read again
whenever a store refuses us, and its addresses hold from then on in this process.
"""

from pathlib import Path
from typing import Literal

from django.conf import settings

from veri.platform.connections.addresses import split_addresses

StoreVariable = Literal["DATABASE_URL", "REDIS_URL", "MONGODB_URI"]
_SETTINGS = {"DATABASE_URL": "DATABASE_URLS", "REDIS_URL": "REDIS_URLS", "MONGODB_URI": "MONGODB_URIS"}
_rotated: dict[Path, tuple[str, ...]] = {}


def get_urls(*, name: StoreVariable) -> tuple[str, ...]:
    """Return a store's addresses in order of preference, as last known to this process."""
    return get_rotated_urls(name=name) or tuple(getattr(settings, _SETTINGS[name]))


def get_rotated_urls(*, name: StoreVariable) -> tuple[str, ...] | None:
    """Return the addresses this process has read anew, None while those of the settings hold."""
    path = get_url_file(name=name)
    return _rotated.get(path) if path else None


def refresh_urls(*, name: StoreVariable) -> tuple[str, ...]:
    """Read the store's secret file again and return the addresses now in force.

    A missing, unreadable or empty file changes nothing: it may be in the middle of its replacement.
    """
    path = get_url_file(name=name)
    addresses = _read_addresses(path) if path else ()
    if path and addresses:
        _rotated[path] = addresses
    return get_urls(name=name)


def get_url_file(*, name: StoreVariable) -> Path | None:
    """Return the secret file that holds the store's addresses, None when there is none."""
    files: dict[str, Path] = settings.STORE_URL_FILES
    return files.get(name)


def _read_addresses(path: Path) -> tuple[str, ...]:
    try:
        return tuple(split_addresses(path.read_text(encoding="utf-8").strip()))
    except (OSError, UnicodeDecodeError):
        return ()


def forget_rotated() -> None:
    """Return to the addresses of the settings."""
    _rotated.clear()
