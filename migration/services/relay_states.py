"""Keep what staff should know of the relay: which dataset stopped, where MongoDB fails. Alarms for what stays."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from migration.models import RelayState
from migration.services.relay_lanes import Lane
from veri.platform.ops.services.notifications import queue_alert


@transaction.atomic
def save_lanes(*, lanes: Iterable[Lane], now: datetime) -> None:
    """Write the lanes that changed since they were last written; a dataset that stops is an alarm."""
    known = {one.dataset: one for one in RelayState.objects.all()}
    for lane in lanes:
        _save(lane, known.get(lane.name) or RelayState(dataset=lane.name), now)


def _save(lane: Lane, state: RelayState, now: datetime) -> None:
    before = (state.stopped_because, bool(state.failure), state.batch_rows)
    if before == (lane.stopped_because, bool(lane.failure), lane.rows):
        return
    if lane.stopped_because and lane.stopped_because != state.stopped_because:
        _raise_alarm(lane, now)
    state.stopped_at = (state.stopped_at or now) if lane.stopped_because else None
    state.failing_since = (state.failing_since or now) if lane.failure else None
    state.stopped_because, state.failure, state.batch_rows = lane.stopped_because, lane.failure, lane.rows
    RelayState.objects.update_or_create(
        dataset=lane.name,
        defaults={
            "stopped_because": state.stopped_because,
            "stopped_at": state.stopped_at,
            "failure": state.failure,
            "failing_since": state.failing_since,
            "batch_rows": state.batch_rows,
            "updated_at": now,
        },
    )


def _raise_alarm(lane: Lane, now: datetime) -> None:
    queue_alert(
        subject=f"The relay stopped for {lane.name}",
        body=f"{lane.stopped_because} Nothing is lost: changes wait in the outbox, and the relay goes on by itself.",
        now=now,
        dedup_key=f"migration.relay.stopped.{lane.name}",
    )
