"""When periods begin and end, and what a part of one costs. Pure."""

import calendar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def add_months(*, anchor: datetime, months: int, zone: str) -> datetime:
    """Return the instant that many months after an anchor, at its local day and time; UTC.

    Counted from the anchor each time: a subscription of the 31st is taken on the 28th of February and on the 31st of
    March again.
    """
    local = anchor.astimezone(ZoneInfo(zone))
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def prorate(*, minor: int, at: datetime, starts_at: datetime, ends_at: datetime) -> int:
    """Return the part of an amount that falls on what is left of ``[starts_at, ends_at)``, rounded half up.

    Whole microseconds and integers: the same for everybody who computes it.
    """
    whole = _count_microseconds(starts_at, ends_at)
    left = min(max(0, _count_microseconds(at, ends_at)), whole)
    return (2 * minor * left + whole) // (2 * whole)


def _count_microseconds(start: datetime, end: datetime) -> int:
    span = end - start
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
