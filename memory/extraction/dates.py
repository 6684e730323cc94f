"""Dates named in texts, as ISO days."""

import re
from collections.abc import Iterator
from datetime import date

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
MONTH_NAME = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b")
_WRITTEN = (
    re.compile(rf"(?i)\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTH_NAME},? (?P<year>20\d\d)\b"),
    re.compile(rf"(?i)\b{MONTH_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>20\d\d)\b"),
)


def find_dates(source: Source) -> Iterator[SignalFact]:
    """Yield each full date; impossible ones are left out."""
    for day in list_days(source.text):
        yield SignalFact(kind=SignalKind.DATE, value=day.isoformat(), extractor="dates.1")


def list_days(text: str) -> list[date]:
    """Return the full dates named in a text, in ISO or English writing."""
    found = [match for pattern in (_ISO, *_WRITTEN) for match in pattern.finditer(text)]
    return [day for match in found if (day := _to_day(match))]


def _to_day(match: re.Match[str]) -> date | None:
    month = match["month"]
    number = int(month) if month.isdigit() else MONTHS[month[:3].lower()]
    try:
        return date(int(match["year"]), number, int(match["day"]))
    except ValueError:
        return None
