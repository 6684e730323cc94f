"""The guards of the transitions, read now."""

from collections.abc import Iterable
from datetime import datetime

from migration.enums import Guard
from migration.models import Dataset
from migration.queries.guards import agreement, capture, operation, reads
from migration.queries.guards.readings import CHECKS, Finding, GuardReading

__all__ = ["Finding", "GuardReading", "agreement", "capture", "operation", "read_guards", "reads"]


def read_guards(*, dataset: Dataset, guards: Iterable[Guard], now: datetime) -> list[GuardReading]:
    """Return what each guard finds for a dataset; a guard that cannot be read does not hold."""
    return [GuardReading(guard=guard, finding=_read(guard, dataset, now), at=now) for guard in guards]


def _read(guard: Guard, dataset: Dataset, now: datetime) -> Finding:
    from pymongo.errors import PyMongoError  # the driver loads only where guards are read

    try:
        return CHECKS[guard](dataset, now)
    except PyMongoError as error:
        away = f"MongoDB is away ({type(error).__name__})"
        return Finding(is_ok=False, value=away, threshold=guard.label, remedy="Bring MongoDB back and try again.")
