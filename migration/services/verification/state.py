"""What the parts of one pass share, and how it keeps its progress."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from migration.failpoints import reach
from migration.models import ParityRun
from migration.registry import DatasetSpec
from migration.services.verification import suspects
from migration.services.verification.comparing import Comparer
from migration.services.verification.differences import Difference
from migration.services.verification.pacing import Pace
from migration.stores.schema import require_schema


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

    def begin_window(self) -> None:
        """Wait for the relay's sake, and look whether the table is still what it was.

        Raises:
            SchemaChanged: when it is not.
        """
        self.pace.refresh()
        self.pace.yield_to_relay(now=self.clock())
        require_schema(self.spec)
        self._compared = 0

    def note(self, differences: Sequence[Difference], *, compared: int) -> None:
        """Keep what differs at once; what was compared counts with the window's checkpoint."""
        suspects.suspect(self.spec, self.run, differences)
        self._compared += compared
        ParityRun.objects.filter(pk=self.run.pk).update(updated_at=self.clock())
        self.on_progress(self.run.compared + self._compared)
        reach("verify.batch")
        self.pace.spend(compared)

    @transaction.atomic(durable=True)
    def checkpoint(self, *, cursor: int, is_walked: bool) -> None:
        """Move the cursor and count the window: a pass that is killed goes on here."""
        ParityRun.objects.filter(pk=self.run.pk).update(
            cursor=cursor, is_walked=is_walked, compared=F("compared") + self._compared, updated_at=self.clock()
        )
        self.run.refresh_from_db()
        reach("verify.checkpoint")
