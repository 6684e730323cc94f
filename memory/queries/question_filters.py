"""Filters written in a question: platforms, hashtags, brands the creator knows, and times like "last month". Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from creators.enums import Platform

_PLATFORM = re.compile(
    r"(?i)\b(?:on|from|via|in) (?P<name>youtube|twitch|tiktok|twitter|x|e-?mails?|chats?)\b(?! (?:account|channel)s?\b)"
)
_NAMES = {"twitter": Platform.X.value, "mail": Platform.EMAIL.value, "chat": Platform.CHAT.value}
_TAG = re.compile(r"(?:\b(?:with|tagged|about|under) )?#(?P<tag>\w{2,40})")
_SPAN = re.compile(
    r"(?i)\b(?:(?:in|over|during|from|within) )?(?:the )?(?P<which>last|past|previous|this) "
    r"(?:(?P<count>\d{1,3}) )?(?P<unit>day|week|month|quarter|year)s?\b"
)
_DAY = re.compile(r"(?i)\b(?P<day>today|yesterday)\b")
_SHORTEST_BRAND = 2
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, kw_only=True)
class WrittenFilters:
    """What a question asks to be narrowed to, and the question without those words. ``until`` is not included."""

    bare: str
    platforms: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def read_filters(question: str, *, known_brands: Iterable[str], now: datetime) -> WrittenFilters:
    """Return the filters of a question. Times are in UTC; a brand's words stay in the question.

    "last month" is the calendar month before, "last 30 days" the time until now. Months and years that are named are
    left to ``read_time``.
    """
    platforms = {_name_platform(found["name"]) for found in _PLATFORM.finditer(question)}
    tags = tuple(dict.fromkeys(found["tag"].lower() for found in _TAG.finditer(question)))
    since, until = _read_span(question, now)
    bare = question
    for pattern in (_PLATFORM, _TAG, *((_SPAN, _DAY) if since else ())):
        bare = pattern.sub(" ", bare)
    return WrittenFilters(
        bare=" ".join(bare.split()),
        platforms=frozenset(platforms),
        tags=tags,
        brands=tuple(_find_brands(question, known_brands)),
        since=since,
        until=until,
    )


def _name_platform(written: str) -> str:
    bare = (
        written.lower().replace("-", "").removesuffix("s").removeprefix("e")
        if "mail" in written.lower()
        else written.lower()
    )
    bare = bare.removesuffix("s") if bare == "chats" else bare
    return _NAMES.get(bare, bare)


def _find_brands(question: str, known: Iterable[str]) -> list[str]:
    """Return the known brands a question names as whole words, the longest first."""
    folded = question.casefold()
    wanted = sorted({brand for brand in known if len(brand) >= _SHORTEST_BRAND}, key=lambda brand: (-len(brand), brand))
    return [brand for brand in wanted if re.search(rf"(?<!\w){re.escape(brand.casefold())}(?!\w)", folded)]


def _read_span(question: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if found := _DAY.search(question):
        start = midnight - timedelta(days=found["day"].lower() == "yesterday")
        return start, start + timedelta(days=1)
    found = _SPAN.search(question)
    if found is None:
        return None, None
    unit, count = found["unit"].lower(), int(found["count"] or 0)
    if count:
        return now - _count_days(unit, count), None
    start = _find_start(midnight, unit)
    if found["which"].lower() == "this":
        return start, None
    return _go_back(start, unit), start


def _count_days(unit: str, count: int) -> timedelta:
    days = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[unit]
    return timedelta(days=days * min(count, 999))


def _find_start(midnight: datetime, unit: str) -> datetime:
    if unit == "day":
        return midnight
    if unit == "week":
        return midnight - timedelta(days=midnight.weekday())
    months = _MONTHS_OF[unit]
    return midnight.replace(day=1, month=(midnight.month - 1) // months * months + 1)


def _go_back(start: datetime, unit: str) -> datetime:
    if unit in {"day", "week"}:
        return start - timedelta(days=1 if unit == "day" else 7)
    months = start.year * 12 + start.month - 1 - _MONTHS_OF[unit]
    return start.replace(year=months // 12, month=months % 12 + 1)
