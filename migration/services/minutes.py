"""Count by minute what guards and charts read: reads, failures, documents written.

Counting is cheap: a process adds up in memory and writes every few seconds from a thread of its own.
"""

import threading
import time
from collections import Counter
from datetime import UTC, datetime

import structlog
from django.db import DatabaseError, connection

from migration.enums import Measure

FLUSH_SECONDS = 5.0
BUCKETS_MS = (1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10_000, 60_000)
logger = structlog.get_logger(__name__)

_ADD = """
INSERT INTO migration_minutecount (minute, dataset, measure, bucket_ms, count)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (minute, dataset, measure, bucket_ms) DO UPDATE SET count = migration_minutecount.count + EXCLUDED.count"""
_Key = tuple[datetime, str, str, int]


class MinuteCounter:
    """Counts of this process that are not yet in the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[_Key] = Counter()
        self._flushed_at = 0.0

    def add(self, *, dataset: str, measure: Measure, count: int = 1, seconds: float | None = None) -> None:
        """Add to the running minute; a duration goes into the first bucket that holds it."""
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        with self._lock:
            self._counts[(minute, dataset, measure.value, _find_bucket(seconds))] += count

    @property
    def is_due(self) -> bool:
        return bool(self._counts) and time.monotonic() - self._flushed_at >= FLUSH_SECONDS

    def forget(self) -> None:
        """Drop what was not written: for tests, whose databases come and go."""
        with self._lock:
            self._counts.clear()

    def flush(self) -> None:
        """Write what was added; when the database refuses, it is kept for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._flushed_at = time.monotonic()
        if not counts:
            return
        try:
            with connection.cursor() as cursor:
                cursor.executemany(_ADD, [(*key, count) for key, count in sorted(counts.items())])
        except DatabaseError as error:
            logger.warning("minute_counts_kept", error=type(error).__name__)
            with self._lock:
                self._counts.update(counts)


COUNTER = MinuteCounter()


def _find_bucket(seconds: float | None) -> int:
    if seconds is None:
        return 0
    return next((bound for bound in BUCKETS_MS if seconds * 1000 <= bound), BUCKETS_MS[-1])
