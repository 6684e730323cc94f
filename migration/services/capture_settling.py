"""Wait until everything that is written is captured."""

import time

from django.db import connection, transaction

from migration.errors import CaptureNotSettled
from migration.models import Dataset
from migration.queries.guards.capture import is_settled

SETTLE_SECONDS = 30.0


def wait_for_capture(*, name: str, timeout: float = SETTLE_SECONDS) -> None:
    """Wait until nobody is left who may write without being captured.

    That is every transaction that had an id when the capture was committed, and every session whose snapshot is older:
    in a REPEATABLE READ transaction the triggers do not see that the dataset is captured.

    Raises:
        CaptureNotSettled: after ``timeout`` seconds.
    """
    since = _note_start(name)
    deadline = time.monotonic() + timeout
    while not is_settled(since=since):
        if time.monotonic() > deadline:
            raise CaptureNotSettled(f"Transactions older than the capture of {name} are still open; end them first.")
        time.sleep(0.05)


@transaction.atomic(durable=True)
def _note_start(name: str) -> int:
    """Return the first transaction id after the committed capture, noted the first time it is asked for."""
    dataset = Dataset.objects.select_for_update().get(name=name)
    if dataset.captured_since is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            (dataset.captured_since,) = cursor.fetchone()
        dataset.save(update_fields=["captured_since"])
    return int(dataset.captured_since)
