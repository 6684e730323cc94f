"""Read typed values from an environment and collect every problem instead of stopping at the first."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet


class EnvironmentReader:
    """Typed access to one environment mapping; problems name variables, never values."""

    def __init__(self, *, source: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self.names: set[str] = set()  # of every variable that was asked for
        self._env = environ.Env()
        self._env.ENVIRON = dict(source)

    def text(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return str(self._env.str(name, default=default)).strip()

    def boolean(self, name: str, *, default: bool) -> bool:
        raw = self.text(name)
        known = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if raw == "":
            return default
        if raw.lower() not in known:
            self.problems.append(f"{name} must be true or false")
        return known.get(raw.lower(), default)

    def number(self, name: str, default: float, *, low: float = 0.0, high: float = float("inf")) -> float:
        raw = self.text(name)
        try:
            value = float(raw) if raw else default
        except ValueError:
            self.problems.append(f"{name} must be a number")
            return default
        if not low <= value <= high:
            self.problems.append(f"{name} must be between {low:g} and {high:g}")
        return value

    def whole(self, name: str, default: int, *, low: int = 0, high: float = float("inf")) -> int:
        return int(self.number(name, default, low=low, high=high))

    def choice(self, name: str, known: Sequence[str], *, default: str) -> str:
        value = self.text(name) or default
        if value not in known:
            self.problems.append(f"{name} must be one of {', '.join(known)}")
        return value

    def words(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated list without blanks."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def url(self, name: str, default: str = "", *, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value:
            self._check_url(name, value, schemes)
        return value

    def base_url(self, name: str, default: str = "", *, schemes: tuple[str, ...] = ("https", "http")) -> str:
        """Return an address to which paths are added: without a slash at its end."""
        return self.url(name, default, schemes=schemes).rstrip("/")

    def urls(self, name: str, *, schemes: tuple[str, ...]) -> list[str]:
        """Return the failover list of a store: full addresses separated by commas.

        A comma followed by something that is no URL belongs to the address before it (``mongodb://a,b/db``).
        """
        found: list[str] = []
        for part in self.words(name):
            if "://" in part or not found:
                found.append(part)
            else:
                found[-1] += f",{part}"
        for value in found:
            self._check_url(name, value, schemes)
        return found

    def keys(self, name: str) -> list[str]:
        """Return Fernet keys, newest first."""
        found = self.words(name)
        for key in found:
            if not _is_valid(lambda key=key: Fernet(key)):  # type: ignore[misc]  # mypy cannot infer a defaulted lambda
                self.problems.append(f"{name} holds a key that is not 32 url-safe base64-encoded bytes")
        return found

    def file(self, name: str) -> Path | None:
        raw = self.text(name)
        if raw and not Path(raw).is_file():
            self.problems.append(f"{name} names a file that does not exist")
        return Path(raw) if raw else None

    def _check_url(self, name: str, value: str, schemes: tuple[str, ...]) -> None:
        if not _is_valid(lambda: urlsplit(value.split(",", maxsplit=1)[0] if "," in value else value).port):
            self.problems.append(f"{name} is not a valid address")
            return
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.netloc:
            self.problems.append(f"{name} must be an address like {schemes[0]}://host")


def _is_valid(build: Callable[[], object]) -> bool:
    try:
        build()
    except (ValueError, TypeError):
        return False
    return True
