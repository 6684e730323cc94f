"""What the parts of one pass share, and how it keeps its progress."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from migration.failpoints import reach
from migration.models import ParityRun
from migration.registry import DatasetSpec
from migration.services.verification import suspects
from migration.services.verification.comparing import Comparer
from migration.services.verification.differences import Difference
from migration.services.verification.durability import hold_lazily
from migration.services.verification.pacing import Pace
from migration.stores.schema import require_schema

LIFE_SECONDS = 2.0  # between two signs of life


@dataclass
class Pass:
    """One pass in this process. ``batch`` is how many documents are held at a time."""

    spec: DatasetSpec
    run: ParityRun
    comparer: Comparer
    pace: Pace
    batch: int
    clock: Callable[[], datetime]
    on_progress: Callable[[int], None]
    _compared: int = 0
    _shown_at: float = field(default_factory=time.monotonic)

    def begin_window(self) -> None:
        """Wait for the relay's sake, and look whether the table is still what it was.

        Raises:
            SchemaChanged: when it is not.
        """
        self.pace.refresh()
        self.pace.yield_to_relay(now=self.clock())
        require_schema(self.spec)
        self._compared = 0
        self.pace.begin()

    def note(self, differences: Sequence[Difference], *, compared: int) -> None:
        """Keep what differs at once; what was compared counts with the window's checkpoint."""
        self._compared += compared
        if differences:
            with hold_lazily():
                suspects.suspect(self.spec, self.run, differences)
        self._show_life()
        self.on_progress(self.run.compared + self._compared)
        reach("verify.batch")
        self.pace.spend(compared)

    def checkpoint(self, *, cursor: int, is_walked: bool) -> None:
        """Move the cursor and count the window: a pass that is killed goes on here."""
        with hold_lazily():
            ParityRun.objects.filter(pk=self.run.pk).update(
                cursor=cursor, is_walked=is_walked, compared=F("compared") + self._compared, updated_at=self.clock()
            )
        self.run.refresh_from_db()
        reach("verify.checkpoint")

    def _show_life(self) -> None:
        if time.monotonic() - self._shown_at >= LIFE_SECONDS:
            self._shown_at = time.monotonic()
            with hold_lazily():
                ParityRun.objects.filter(pk=self.run.pk).update(updated_at=self.clock())
