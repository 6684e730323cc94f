"""How fast a pass may go: its dataset's throttle, live writes, the relay's lag, and the time it was given."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from django.conf import settings

from migration.enums import Stage
from migration.models import Dataset
from migration.queries.status import get_outbox_status
from migration.stores.rows import get_latest_version

WINDOW = 50_000  # rows between two checkpoints
SMALLEST_WINDOW = 2_000
CHECKPOINT_SECONDS = 10  # aimed at between two checkpoints of a throttled pass
LIVE_WRITES_PER_SECOND = 20  # from which on a pass gives way
LONGEST_REST_SECONDS = 5.0
LEAST_SHARE = 0.05
LONGEST_YIELD_SECONDS = 2.0  # per window: a pass is slowed by a lagging relay, not stopped by a dead one


@dataclass
class Pace:
    """The throttle of one pass; ``budget_seconds`` is when it is to leave off, to be taken up again later."""

    dataset: str
    budget_seconds: float = inf
    largest_window: int = WINDOW
    rows_per_second: int = 0
    _started: float = field(default_factory=time.monotonic)
    _due: float = 0.0
    _is_paused: bool = False
    _version: int = 0
    _looked_at: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Tell whether the time is up, or the dataset was paused: the pass goes on at its cursor with the next call."""
        return self._is_paused or time.monotonic() - self._started >= self.budget_seconds

    @property
    def window(self) -> int:
        """Return the rows of the next window: fewer when throttled, so that progress is kept often enough."""
        if not self.rows_per_second:
            return self.largest_window
        return min(self.largest_window, max(SMALLEST_WINDOW, self.rows_per_second * CHECKPOINT_SECONDS))

    def refresh(self) -> None:
        """Read the throttle and whether it is paused, which an operator may have changed."""
        stage, self.rows_per_second = Dataset.objects.values_list("stage", "rows_per_second").get(name=self.dataset)
        self._is_paused = stage == Stage.PAUSED

    def begin(self) -> None:
        """Note that work begins now, after a rest that was no work."""
        self._version, self._looked_at = get_latest_version(), time.monotonic()

    def spend(self, rows: int) -> None:
        """Sleep as long as these rows are allowed to take, and a share of what they took while others write."""
        self._give_way()
        if not self.rows_per_second:
            return
        self._due = max(self._due, time.monotonic()) + rows / self.rows_per_second
        time.sleep(max(0.0, self._due - time.monotonic()))

    def _give_way(self) -> None:
        """Work only ``MIGRATION_VERIFY_SHARE`` of the time while rows are written: every write takes a version."""
        version, took = get_latest_version(), time.monotonic() - self._looked_at
        if self._version and version - self._version >= max(1, LIVE_WRITES_PER_SECOND * took):
            share = max(LEAST_SHARE, settings.MIGRATION.verify_share)
            time.sleep(min(took * (1 / share - 1), LONGEST_REST_SECONDS))
        self.begin()

    def yield_to_relay(self, *, now: datetime) -> None:
        """Sleep while writes wait for MongoDB longer than they should, for up to two seconds."""
        deadline = time.monotonic() + LONGEST_YIELD_SECONDS
        while time.monotonic() < deadline and not self.is_over:
            if get_outbox_status(now=now, dataset=self.dataset).oldest_seconds < settings.MIGRATION.lag_seconds:
                return
            time.sleep(0.2)
