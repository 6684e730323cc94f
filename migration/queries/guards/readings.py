"""Guards: what each finds, beside what it wants."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from migration.enums import Guard
from migration.models import Dataset


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a guard saw: value and threshold in words; ``remedy`` says what to do when it does not hold."""

    is_ok: bool
    value: str
    threshold: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class GuardReading:
    """A guard's finding at one instant."""

    guard: Guard
    finding: Finding
    at: datetime

    @property
    def is_ok(self) -> bool:
        return self.finding.is_ok

    def describe(self) -> dict[str, object]:
        """Return the reading as JSON, for the audit trail and the API."""
        found = self.finding
        return {"guard": self.guard.value, "ok": found.is_ok, "value": found.value, "threshold": found.threshold}

    def __str__(self) -> str:
        sign = "holds" if self.is_ok else "does not hold"
        return f"{self.guard.label} {sign}: {self.finding.value} (wanted: {self.finding.threshold})"


def format_window(window: timedelta) -> str:
    """Return a span of time as people say it, like ``7 days``, ``10 minutes`` or ``5 s``."""
    seconds = window.total_seconds()
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = f"{seconds / size:.1f}".removesuffix(".0")
            return f"{count} {unit}{'' if count == '1' else 's'}"
    return f"{seconds:.0f} s"


Check: TypeAlias = Callable[[Dataset, datetime], Finding]
CHECKS: dict[Guard, Check] = {}


def checks(guard: Guard) -> Callable[[Check], Check]:
    """Register the function that reads a guard."""

    def register(check: Check) -> Check:
        CHECKS[guard] = check
        return check

    return register
