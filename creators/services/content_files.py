"""Content items from and to CSV files: every row is taken or refused by itself, with a reason."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from creators.enums import INGESTED_PLATFORMS, Availability, ContentKind
from creators.errors import ContentFileRejected
from creators.models import ContentItem, Creator, User
from creators.normalisers.content import (
    MAX_DESCRIPTION,
    MAX_EXTERNAL_ID,
    MAX_TAG,
    MAX_TAGS,
    MAX_TITLE,
    MAX_URL,
    ContentReading,
)
from creators.services.content import catalogue_content
from veri.platform.ops.services.audit import record_audit

COLUMNS = (
    *("creator", "platform", "external_id", "kind", "title", "description", "tags", "language", "availability", "url"),
    *("published_at", "duration_s", "metrics", "transcript"),
)
REQUIRED = ("creator", "platform", "external_id")
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_TRANSCRIPT = 100_000
MAX_COUNT = 2**53
MAX_DURATION = 10 * 86_400
_TEXTS = {"title": MAX_TITLE, "description": MAX_DESCRIPTION, "language": 16, "transcript": MAX_TRANSCRIPT}
_CHOICES = {"kind": ContentKind.values, "availability": Availability.values}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class RowError:
    """Why a line of the file was refused; the header is line 1."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ContentImport:
    """What became of a file."""

    created: int
    changed: int
    errors: list[RowError] = field(default_factory=list)


def import_content(*, data: bytes, acting_user: User, reason: str, now: datetime) -> ContentImport:
    """Merge the good rows of a CSV file into the catalogue, audited; refused rows change nothing.

    An empty cell tells nothing of its field. Every row counts as observed now.

    Raises:
        ContentFileRejected: too large, not UTF-8, no such columns.
    """
    rows = list(_read_rows(data))
    handles = {str(row.get("creator") or "").strip().removeprefix("@").lower() for _, row in rows}
    creators = dict(Creator.objects.filter(handle__in=handles).values_list("handle", "pk"))
    readings: dict[int, list[ContentReading]] = {}
    errors = []
    for line, row in rows:
        try:
            creator_id, reading = _read_row(row, creators, now)
        except ValueError as refusal:
            errors.append(RowError(line=line, reason=str(refusal)))
        else:
            readings.setdefault(creator_id, []).append(reading)
    results = [catalogue_content(creator_id=pk, readings=readings[pk], now=now) for pk in sorted(readings)]
    done = ContentImport(
        created=sum(one.created for one in results), changed=sum(one.changed for one in results), errors=errors
    )
    with transaction.atomic(durable=True):
        counts = {"created": done.created, "changed": done.changed, "refused": len(errors)}
        record_audit(
            actor=acting_user,
            action="content.imported",
            target=("creators.contentitem", ""),
            reason=reason,
            after=counts,
            now=now,
        )
    return done


def export_content(*, items: Iterable[ContentItem]) -> Iterator[str]:
    """Yield a CSV file line by line, as ``import_content`` reads it; the items' creators must be loaded."""
    yield _write_line(COLUMNS)
    for item in items:
        yield _write_line([_write_cell(item, name) for name in COLUMNS])


def _read_rows(data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    if len(data) > MAX_FILE_BYTES:
        raise ContentFileRejected(f"The file is larger than {MAX_FILE_BYTES // 1024**2} MiB.")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        names = reader.fieldnames or []
        if unknown := [name for name in names if name not in COLUMNS]:
            raise ContentFileRejected(f"Unknown columns: {', '.join(map(str, unknown[:5]))[:200]}.")
        if missing := [name for name in REQUIRED if name not in names]:
            raise ContentFileRejected(f"Missing columns: {', '.join(missing)}.")
        for count, row in enumerate(reader, start=1):
            if count > MAX_ROWS:
                raise ContentFileRejected(f"The file has more than {MAX_ROWS} rows.")
            yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise ContentFileRejected("The file is not UTF-8 text.") from error
    except csv.Error as error:
        raise ContentFileRejected(f"The file is no CSV: {error}.") from error


def _read_row(row: Mapping[str, Any], creators: Mapping[str, int], now: datetime) -> tuple[int, ContentReading]:
    """Return the creator and what a row tells.

    Raises:
        ValueError: with the reason.
    """
    if None in row or None in row.values():
        raise ValueError("the row has more or fewer cells than the header")
    cells = {name: _strip(value) for name, value in row.items()}
    if any("\0" in value for value in cells.values()):
        raise ValueError("contains a NUL character")
    creator_id = creators.get(cells["creator"].removeprefix("@").lower())
    if creator_id is None:
        raise ValueError("creator: there is no such creator")
    if cells["platform"] not in INGESTED_PLATFORMS:
        raise ValueError(f"platform: must be one of {', '.join(INGESTED_PLATFORMS)}")
    if not 1 <= len(cells["external_id"]) <= MAX_EXTERNAL_ID:
        raise ValueError(f"external_id: must have 1 to {MAX_EXTERNAL_ID} characters")
    facts = {name: _read_cell(name, value) for name, value in cells.items() if value and name not in REQUIRED}
    return creator_id, ContentReading(
        platform=cells["platform"], external_id=cells["external_id"], observed_at=now, facts=facts
    )


def _strip(value: str) -> str:
    """Return a cell without the quote that keeps spreadsheets from running it."""
    bare = value.strip()
    return bare[1:] if bare.startswith("'") and bare[1:2] in _FORMULA_STARTS else bare


def _read_cell(name: str, value: str) -> Any:
    if name in _TEXTS:
        if len(value) > _TEXTS[name]:
            raise ValueError(f"{name}: longer than {_TEXTS[name]} characters")
        return value
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise ValueError(f"{name}: must be one of {', '.join(_CHOICES[name])}")
        return value
    return _CELL_READERS[name](value)


def _read_tags(value: str) -> list[str]:
    tags = list(dict.fromkeys(tag.strip().lower().removeprefix("#") for tag in value.split(",") if tag.strip()))
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in tags):
        raise ValueError(f"tags: at most {MAX_TAGS} of at most {MAX_TAG} characters")
    return tags


def _read_url(value: str) -> str:
    if not value.startswith(("https://", "http://")) or len(value) > MAX_URL:
        raise ValueError(f"url: must begin with https:// and have at most {MAX_URL} characters")
    return value


def _read_instant(value: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            raise ValueError  # noqa: TRY301  one message for both
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("published_at: must be an ISO 8601 time with a zone, like 2026-05-14T09:30:00Z") from error


def _read_duration(value: str) -> int:
    if (
        not (value.isascii() and value.isdigit() and len(value) < len(str(MAX_DURATION)) + 1)
        or int(value) > MAX_DURATION
    ):
        raise ValueError(f"duration_s: must be a number of seconds from 0 to {MAX_DURATION}")
    return int(value)


def _read_metrics(value: str) -> dict[str, int]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError("metrics: must be a JSON object of counts") from error
    usable = isinstance(found, dict) and all(
        isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MAX_COUNT and len(name) <= MAX_TAG
        for name, count in found.items()
    )
    if not usable or len(found) > MAX_TAGS:
        raise ValueError('metrics: must be a JSON object of counts, like {"views": 1200}')
    return dict(found)


_CELL_READERS = {
    "tags": _read_tags,
    "url": _read_url,
    "published_at": _read_instant,
    "duration_s": _read_duration,
    "metrics": _read_metrics,
}


def _write_cell(item: ContentItem, name: str) -> str:
    if name == "creator":
        return item.creator.handle
    value = getattr(item, name)
    if value is None:
        return ""
    if name == "tags":
        return ",".join(value)
    if name == "metrics":
        return json.dumps(value, sort_keys=True) if value else ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
