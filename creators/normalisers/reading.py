"""Reading payloads nobody promised the shape of: wrong types read as absent, never as errors."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from creators.errors import PayloadNotUnderstood

_LEGACY_X_FORMAT = "%a %b %d %H:%M:%S %z %Y"
_DIGITS = re.compile(r"-?[0-9]{1,17}\Z")
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138
MAX_TEXT_FROM_DESCRIPTION = 2_000


def read_value(record: object, *path: str) -> Any:
    """Return the value at a path of keys, or None where anything on the way is absent or no object."""
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def read_text(record: object, *path: str) -> str:
    """Return a string, or a number as a string (ids exceed 2**53 and come as both), or ''."""
    value = read_value(record, *path)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def read_first_text(record: object, *names: str) -> str:
    return next((found for name in names if (found := read_text(record, name))), "")


def read_count(record: object, *path: str) -> int | None:
    """Return a counter written as a number or a decimal string."""
    text = read_text(record, *path)
    return int(text) if _DIGITS.match(text) else None


def read_records(record: object, *path: str) -> list[dict[str, Any]]:
    """Return the objects of a list; a single object reads as a list of one."""
    value = read_value(record, *path)
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parse_instant(value: object) -> datetime | None:
    """Return an aware UTC datetime from ISO 8601 (1 to 9 fraction digits), epoch seconds or milliseconds.

    Digits beyond microseconds are cut. A time without a zone is no instant: None.
    """
    try:
        if isinstance(value, str):
            return _parse_epoch(int(value)) if _DIGITS.match(value) else _parse_written(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _parse_epoch(value)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _parse_epoch(value: float) -> datetime:
    return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, tz=UTC)


def _parse_written(value: str) -> datetime | None:
    # X's legacy form begins with a weekday's letter, ISO 8601 with a digit.
    legacy = value[:1].isalpha()
    parsed = datetime.strptime(value, _LEGACY_X_FORMAT) if legacy else datetime.fromisoformat(value)  # noqa: DTZ007  has %z
    return parsed.astimezone(UTC) if parsed.tzinfo else None


def require_instant(*candidates: object) -> datetime:
    """Return the first candidate that is an instant.

    Raises:
        PayloadNotUnderstood: none is.
    """
    for candidate in candidates:
        found = candidate if isinstance(candidate, datetime) else parse_instant(candidate)
        if found is not None:
            return found
    raise PayloadNotUnderstood("The payload carries no time of its own; give occurred_at.")


def clip(text: str, limit: int) -> str:
    return text.strip()[:limit].rstrip()


def join_title(*, title: str, description: str) -> str:
    """Return a title and the first 2,000 characters of a description, as paragraphs."""
    return "\n\n".join(part for part in (title.strip(), clip(description, MAX_TEXT_FROM_DESCRIPTION)) if part)


def describe_counts(counts: dict[str, int | None]) -> str:
    """Return ``1,200 followers, 3 videos`` from counters by plural noun; unknown counters are left out."""
    return ", ".join(f"{count:,} {noun}" for noun, count in counts.items() if count is not None)


def hash_payload(*, payload: object, salt: str = "") -> str:
    """Return an id derived from a payload's canonical JSON: the same payload always gives the same id."""
    try:
        canonical = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits, lone surrogates
        canonical = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
    return "sha256:" + hashlib.sha256(canonical + b"\0" + salt.encode(errors="backslashreplace")).hexdigest()[:40]


def prefix_id(prefix: str, platform_id: str, suffix: str = "") -> str:
    """Return an id told apart from the platform's other kinds of ids; '' stays '' (no id)."""
    return f"{prefix}{platform_id}{suffix}" if platform_id else ""


def iterate_strings(values: object) -> Iterator[str]:
    """Yield the strings of a list; anything else yields nothing."""
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, str))
