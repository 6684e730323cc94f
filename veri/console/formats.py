"""Figures as operators read them."""

from datetime import UTC, datetime

STEP = 1_024


def format_age(seconds: float) -> str:
    """Return a span of time in its largest sensible unit."""
    if seconds < 1:
        return "under a second"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def format_count(count: int, *, is_estimate: bool = False) -> str:
    return f"about {count:,}" if is_estimate else f"{count:,}"


def format_instant(at: datetime) -> str:
    """Return an instant to the minute, UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def format_bytes(size: float) -> str:
    """Return a size in its largest unit of 1,024."""
    for unit in ("B", "KiB", "MiB"):
        if size < STEP:
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= STEP
    return f"{size:,.1f} GiB"


def format_rate(rows_per_second: float) -> str:
    return f"{rows_per_second:,.0f} rows/s"
