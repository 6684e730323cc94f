"""How fast a backfill goes: chunks of half a second, a throttle, and room for live traffic."""

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from migration.enums import Flag
from migration.models import Dataset, OutboxRow
from migration.queries.flags import is_flag_on
from migration.queries.heartbeats import get_relay_lag
from veri.platform.ops.models import Heartbeat

FIRST_ROWS = 1000
LEAST_ROWS = 50
MOST_ROWS = 10_000
GROWTH = 2.0  # at most, from one chunk to the next
RATE_SECONDS = 60.0
RELAY_ALIVE = timedelta(seconds=30)
_TABLE = OutboxRow._meta.db_table  # noqa: SLF001  documented


@dataclass
class Pace:
    """Adapts the chunk to the time the last one took; ``is_fixed`` keeps the size it was given."""

    rows: int = FIRST_ROWS
    is_fixed: bool = False
    _done: deque[tuple[float, int]] = field(default_factory=deque)
    _chunk_at: float = field(default_factory=time.monotonic)

    def note_chunk(self, *, copied: int, seconds: float) -> None:
        """Note a written chunk and the seconds its write took."""
        now = time.monotonic()
        self._chunk_at = now
        self._done.append((now, copied))
        while now - self._done[0][0] > RATE_SECONDS:
            self._done.popleft()
        if not self.is_fixed and copied >= self.rows:
            factor = min(GROWTH, max(1 / GROWTH, settings.MIGRATION.chunk_seconds / max(seconds, 0.001)))
            self.rows = min(MOST_ROWS, max(LEAST_ROWS, round(self.rows * factor)))

    def shrink(self) -> bool:
        """Halve the chunk after MongoDB was too slow for it; return whether it can still shrink."""
        before, self.rows = self.rows, max(LEAST_ROWS, self.rows // 2)
        return self.rows < before

    def get_limit(self, rows_per_second: int) -> int:
        """Return the rows of the next chunk: at most a second's worth of the throttle."""
        return max(1, min(self.rows, rows_per_second)) if rows_per_second else self.rows

    def get_rate(self, *, since: float) -> float:
        """Return rows per second over the last minute, or since ``since`` (monotonic) when that is later."""
        now = time.monotonic()
        span = max(0.001, min(RATE_SECONDS, now - since))
        return sum(rows for at, rows in self._done if now - at <= span) / span

    def find_rest(self, *, rows: int, rows_per_second: int) -> float:
        """Return the seconds to rest before ``rows`` more, so that the throttle is kept."""
        if not rows_per_second:
            return 0.0
        return max(0.0, self._chunk_at + rows / rows_per_second - time.monotonic())


def find_wait_reason(*, dataset: Dataset, now: datetime) -> str:
    """Return why a backfill should wait now, for staff; empty when it may go on.

    Live changes come first: while a living relay lags, every row copied would make it lag more.
    """
    if not is_flag_on(Flag.USE_MONGO):
        return "USE_MONGO is off: nothing is written to MongoDB."
    if not Heartbeat.objects.filter(name="relay", at__gt=now - RELAY_ALIVE).exists():
        return ""
    limits = settings.MIGRATION
    depth, oldest = _measure_waiting(dataset.name, int(limits.yield_rows), now)
    if depth >= limits.yield_rows:
        return f"The relay is behind: at least {depth:,} changes wait."
    lag = max(oldest, get_relay_lag(dataset=dataset, now=now) or 0.0)
    return f"The relay is behind by {lag:.0f} s." if lag > limits.lag_seconds else ""


def _measure_waiting(name: str, most: int, now: datetime) -> tuple[int, float]:
    """Return how many changes wait, counted up to ``most``, and the seconds the first of them waits."""
    waiting = f"SELECT created_at FROM {_TABLE} WHERE dataset = %s AND quarantined_at IS NULL ORDER BY id LIMIT %s"  # noqa: S608  the model's own table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), min(created_at) FROM ({waiting}) rows", [name, most])  # noqa: S608  same
        depth, oldest = cursor.fetchone()
    return depth, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
