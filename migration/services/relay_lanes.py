"""One lane per dataset: how large its next batch is, and when it may be tried again. No lane waits for another."""

import time
from dataclasses import dataclass

from pymongo.errors import AutoReconnect, BulkWriteError, PyMongoError, ServerSelectionTimeoutError

from migration.services.relay import BATCH

FIRST_ROWS = 500
LEAST_ROWS = 50
QUICK_SECONDS = 0.5  # a full batch that takes less may grow
SLOW_SECONDS = 2.0  # one that takes longer shrinks
LONGEST_WAIT_SECONDS = 2.0
FIRST_WAIT_SECONDS = 0.2


@dataclass
class Lane:
    """A dataset's pace. ``stopped_because`` is set while its table does not fit its mapper."""

    name: str
    rows: int = FIRST_ROWS
    failures: int = 0
    retry_at: float = 0.0
    stopped_because: str = ""
    failure: str = ""
    found_server_away: bool = False  # then other datasets need not be tried

    @property
    def may_go(self) -> bool:
        return not self.stopped_because and time.monotonic() >= self.retry_at

    def note_success(self, *, taken: int, seconds: float) -> None:
        """Grow by half after a quick full batch, halve after a slow one."""
        self.failures, self.failure, self.found_server_away = 0, "", False
        if seconds > SLOW_SECONDS:
            self.rows = max(LEAST_ROWS, self.rows // 2)
        elif taken >= self.rows and seconds < QUICK_SECONDS:
            self.rows = min(BATCH, self.rows * 3 // 2 + 1)

    def note_failure(self, error: Exception) -> None:
        """Wait longer each time, at most two seconds, and shrink where the batch itself may be the reason.

        A refusal of a whole batch shrinks down to single rows: alone, a row MongoDB will never take is quarantined.
        """
        self.failures += 1
        is_slow = (
            isinstance(error, PyMongoError) and error.timeout and not isinstance(error, ServerSelectionTimeoutError)
        )
        self.found_server_away = isinstance(error, AutoReconnect) and not is_slow
        self.failure = f"{type(error).__name__}: {error}"[:500]
        self.retry_at = time.monotonic() + min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(self.failures, 10))
        if isinstance(error, BulkWriteError):
            self.rows = max(1, self.rows // 4)
        elif is_slow:
            self.rows = max(LEAST_ROWS, self.rows // 2)

    def stop(self, reason: str) -> None:
        self.stopped_because = reason

    def resume(self) -> None:
        """Go on after the table was mended; a lane that was not stopped keeps its pace."""
        if self.stopped_because:
            self.stopped_because, self.rows = "", FIRST_ROWS
