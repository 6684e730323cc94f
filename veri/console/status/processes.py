"""Which background processes were seen lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from migration.admin.queueing import WORKER_SILENT_AFTER
from veri.console.formats import format_age
from veri.platform.ops.models import Heartbeat
from veri.platform.ops.services.heartbeats import BEAT, WORKER_PREFIX

RELAY = "relay"
SILENT_AFTER = {RELAY: timedelta(seconds=30), BEAT: timedelta(seconds=120)}
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class ProcessState:
    """A process and when it was last seen; ``age`` is a sentence."""

    name: str
    is_alive: bool
    age: str


def list_processes(*, now: datetime) -> list[ProcessState]:
    """Return the relay, the beat and every worker; one never seen is listed as such."""
    seen = dict(Heartbeat.objects.order_by("-at").values_list("name", "at")[:SHOWN])
    workers = sorted(name for name in seen if name.startswith(WORKER_PREFIX))
    return [_describe(name, seen.get(name), now) for name in (RELAY, BEAT, *(workers or [WORKER_PREFIX.rstrip(":")]))]


def _describe(name: str, at: datetime | None, now: datetime) -> ProcessState:
    if at is None:
        return ProcessState(name=name, is_alive=False, age="never seen")
    limit = SILENT_AFTER.get(name, WORKER_SILENT_AFTER)
    age = format_age(max(0.0, (now - at).total_seconds()))
    return ProcessState(name=name, is_alive=now - at <= limit, age=f"seen {age} ago")
