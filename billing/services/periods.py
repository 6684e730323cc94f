"""Billing periods: explicit half-open intervals in UTC."""

from datetime import UTC, datetime


def get_month(at: datetime) -> tuple[datetime, datetime]:
    """Return the calendar month, in UTC, that contains an instant: start included, end excluded."""
    utc = at.astimezone(UTC)
    start = datetime(utc.year, utc.month, 1, tzinfo=UTC)
    end = datetime(utc.year + utc.month // 12, utc.month % 12 + 1, 1, tzinfo=UTC)
    return start, end
