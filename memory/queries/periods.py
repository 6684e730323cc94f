"""The time a question names: a day, a month with its year, or a year."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from memory.extraction.dates import MONTH_NAME, MONTHS, list_days

MOST_DAYS = 31
TOLD_DAYS = 12  # after a day or a month in which it is still news
LATER = 0.45
_MONTH = re.compile(rf"(?i)\b{MONTH_NAME},? (?:of )?(?P<year>20\d\d)\b")
_ISO_MONTH = re.compile(r"(?i)\b(?:in|during) (?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])\b(?!-)")
# A bare "may" or "march" is a verb more often than a month.
_NAMED = re.compile(
    rf"(?i)(?:\b(?P<before>\d{{1,2}})(?:st|nd|rd|th)?,? (?:of )?|\b(?P<led>in|on|of|during|since|until|by|before|after|"
    rf"early|late|mid|this|last|around|from),? )?\b{MONTH_NAME}\b,?(?: (?P<after>\d{{1,2}})(?:st|nd|rd|th)?\b)?"
    rf"(?:,? (?:of )?(?P<year>20\d\d)\b)?"
)
_YEAR = re.compile(r"(?i)\b(?:in|during|throughout|of|for) (?P<year>20\d\d)\b(?!-)")
_HISTORY = re.compile(r"\b(?:before|previous(?:ly)?|used to|former(?:ly)?|history|earlier|in the past|originally)\b")
_PAST = re.compile(r"\b(?:was|were|did|had)\b")
_PRESENT = re.compile(r"\b(?:now|current(?:ly)?|today|these days|at the moment)\b")


@dataclass(frozen=True, kw_only=True)
class Period:
    """From ``start`` up to ``end``, which is not included; ``written`` as the question has it, '' for a single day."""

    start: datetime
    end: datetime
    written: str

    def meets(self, since: datetime, until: datetime | None) -> bool:
        """Return whether something that held or happened meets the period; what only happened has one instant."""
        return since < self.end and (until is None or until > self.start or until == since >= self.start)


@dataclass(frozen=True, kw_only=True)
class NamedDate:
    """A month a question names, with its year and day where they are given."""

    month: int
    year: int | None = None
    day: int = 0

    def weigh(self, at: datetime) -> float:
        """Return 0 to 1: how likely something said then is of the date. People tell of a day for ten days after."""
        if self.year and at.year not in {self.year, self.year + 1}:
            return 0.0
        if self.day:
            days = (at.replace(tzinfo=None) - self._find_day(at)).days
            return 1.0 if days in {0, 1} else LATER if 1 < days <= TOLD_DAYS else 0.0
        months = (at.year - self.year) * 12 + at.month - self.month if self.year else (at.month - self.month) % 12
        return 1.0 if months == 0 else LATER if months == 1 and at.day <= TOLD_DAYS else 0.0

    def _find_day(self, at: datetime) -> datetime:
        """Return the date's latest occurrence up to an instant, or its only one."""
        year = self.year or at.year - (at.month < self.month)
        return datetime(year, self.month, min(self.day, monthrange(year, self.month)[1]))  # noqa: DTZ001  in UTC


@dataclass(frozen=True, kw_only=True)
class AskedTime:
    """What time a normalised question asks for.

    ``history``: earlier values, and what was said of them. ``past``: values that held, of what changes.
    """

    history: bool
    past: bool
    period: Period | None

    @property
    def wants_superseded(self) -> bool:
        return self.history or self.past or self.period is not None

    @property
    def confines(self) -> Period | None:
        """Return the past month or year everything must be of; a day may be one that texts speak of."""
        is_past = self.history or self.past
        return self.period if self.period and self.period.written and is_past else None


def read_time(question: str) -> AskedTime:
    return AskedTime(
        history=_HISTORY.search(question) is not None,
        past=_PAST.search(question) is not None and _PRESENT.search(question) is None,
        period=find_period(question),
    )


def drop_time(question: str, asked: AskedTime) -> str:
    """Return a question without the words that only tell its time."""
    bare = _HISTORY.sub(" ", question)
    return bare.replace(asked.confines.written, " ") if asked.confines else bare


def find_named_date(question: str) -> NamedDate | None:
    """Return the first day or month a question names, with or without its year."""
    if days := list_days(question):
        return NamedDate(month=days[0].month, year=days[0].year, day=days[0].day)
    for found in _NAMED.finditer(question):
        day = int(found["before"] or found["after"] or 0)
        if day or found["year"] or found["led"]:
            year = int(found["year"]) if found["year"] else None
            return NamedDate(month=MONTHS[found["month"][:3].lower()], year=year, day=day if day <= MOST_DAYS else 0)
    return None


def find_period(question: str) -> Period | None:
    """Return the first day, month or year a question names, in UTC."""
    if days := list_days(question):
        start = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC)
        return Period(start=start, end=start + timedelta(days=1), written="")
    if found := _MONTH.search(question):
        return _span(int(found["year"]), MONTHS[found["month"][:3].lower()], 1, found[0])
    if found := _ISO_MONTH.search(question):
        return _span(int(found["year"]), int(found["month"]), 1, found[0])
    if found := _YEAR.search(question):
        return _span(int(found["year"]), 1, 12, found[0])
    return None


def _span(year: int, month: int, months: int, written: str) -> Period:
    last = month + months
    end = datetime(year + (last - 1) // 12, (last - 1) % 12 + 1, 1, tzinfo=UTC)
    return Period(start=datetime(year, month, 1, tzinfo=UTC), end=end, written=written)
