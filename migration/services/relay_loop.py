"""The relay process: woken by NOTIFY, drains the outbox while ``USE_MONGO`` is effective, patient with MongoDB."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from django.utils import timezone
from pymongo.errors import PyMongoError

from migration.enums import Flag
from migration.errors import SchemaChanged
from migration.models import OutboxRow
from migration.queries.flags import is_flag_on
from migration.registry import get_spec, iterate_specs
from migration.services.flags import align_capture, is_capture_aligned
from migration.services.heartbeats import note_arrivals, send_due_heartbeats
from migration.services.minutes import COUNTER
from migration.services.relay import relay_dataset
from migration.services.relay_lanes import Lane
from migration.services.relay_states import save_lanes
from migration.stores.schema import require_schema
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.ops.services.heartbeats import record_heartbeat

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 5.0
PAUSE_SECONDS = 0.5
logger = structlog.get_logger(__name__)

_WAITING = f"""
SELECT name FROM unnest(%s::text[]) AS name WHERE EXISTS (
  SELECT 1 FROM {OutboxRow._meta.db_table} o WHERE o.dataset = name AND o.quarantined_at IS NULL)"""  # noqa: S608, SLF001  the model's own table


@dataclass
class RelayLoop:
    """Run until ``should_stop`` says so; every turn gives each dataset one batch, then waits for a notification.

    Whatever fails is logged, counted and tried again: the process ends only when it is asked to.
    """

    should_stop: Callable[[], bool]
    on_batch: Callable[[int], None] = lambda _taken: None
    lanes: dict[str, Lane] = field(default_factory=lambda: {spec.name: Lane(spec.name) for spec in iterate_specs()})
    heartbeat_at: float = field(default=-HEARTBEAT_SECONDS)

    def run(self) -> None:
        while not self.should_stop():
            try:
                with open_dedicated_connection() as listener:
                    listener.execute("LISTEN migration_outbox")
                    self._serve(listener)
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                logger.warning("relay_lost_postgres", error=type(error).__name__)
                close_old_connections()
                self._pause(PAUSE_SECONDS)
            except Exception:
                # A fault of ours in one turn must not end the process that keeps both stores alike.
                logger.exception("relay_turn_failed")
                self._pause(PAUSE_SECONDS)
        COUNTER.flush()

    def _serve(self, listener: psycopg.Connection) -> None:
        while not self.should_stop():
            self._beat()
            if not self._drain():
                for _notice in listener.notifies(timeout=self._find_patience(), stop_after=1):
                    pass

    def _drain(self) -> bool:
        """Give every dataset that waits one batch; return whether there may be more."""
        self._align()
        if not is_flag_on(Flag.USE_MONGO):
            return False
        taken = 0
        for name in self._list_waiting():
            lane = self.lanes[name]
            if not lane.may_go:
                continue
            taken += self._relay(lane)
            if lane.found_server_away:
                break
        return taken > 0

    def _relay(self, lane: Lane) -> int:
        """Relay one batch of a dataset; return how many outbox rows were taken."""
        started = time.monotonic()
        try:
            taken = relay_dataset(name=lane.name, limit=lane.rows).taken
        except SchemaChanged as error:
            self._stop(lane, error)
            return 0
        except PyMongoError as error:
            lane.note_failure(error)
            logger.warning("relay_lost_mongo", dataset=lane.name, error=lane.failure[:200], failures=lane.failures)
            return 0
        except Exception as error:
            if isinstance(error, DatabaseError | InterfaceError) and not connection.is_usable():
                raise
            lane.note_failure(error)  # a fault in one dataset must not hold up the others
            logger.exception("relay_batch_failed", dataset=lane.name)
            return 0
        lane.note_success(taken=taken, seconds=time.monotonic() - started)
        self.on_batch(taken)
        return taken

    def _list_waiting(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [list(self.lanes)])
            return [name for (name,) in cursor.fetchall()]

    def _align(self) -> None:
        if not is_capture_aligned():
            with transaction.atomic():
                align_capture(actor="relay", reason="capture follows the flag", now=timezone.now())

    def _beat(self) -> None:
        if time.monotonic() - self.heartbeat_at < HEARTBEAT_SECONDS:
            return
        self.heartbeat_at = time.monotonic()
        now = timezone.now()
        connection.close_if_unusable_or_obsolete()
        record_heartbeat(name="relay", now=now)
        for spec in iterate_specs():  # a dataset may come into use at any time
            self.lanes.setdefault(spec.name, Lane(spec.name))
        self._check_schemas()
        save_lanes(lanes=self.lanes.values(), now=now)
        send_due_heartbeats(now=now)
        self._note_arrivals()
        COUNTER.flush()

    def _check_schemas(self) -> None:
        """Stop datasets whose table no longer fits, let those go on that were mended."""
        for lane in self.lanes.values():
            try:
                require_schema(get_spec(lane.name))
            except SchemaChanged as error:
                self._stop(lane, error)
            else:
                lane.resume()

    def _stop(self, lane: Lane, error: SchemaChanged) -> None:
        if not lane.stopped_because:
            logger.error("relay_stopped", dataset=lane.name, reason=str(error))
        lane.stop(str(error))

    def _note_arrivals(self) -> None:
        """Batches note arrivals themselves; this finds what another relay or an earlier write brought."""
        if any(lane.found_server_away for lane in self.lanes.values()):
            return
        try:
            note_arrivals(now=timezone.now())
        except PyMongoError as error:
            logger.info("heartbeats_not_read", error=type(error).__name__)

    def _find_patience(self) -> float:
        """Return how long to wait for a notification: until a lane that failed may be tried again."""
        waits = [lane.retry_at - time.monotonic() for lane in self.lanes.values() if lane.failures]
        return max(0.05, min([POLL_SECONDS, *waits]))

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.should_stop():
            time.sleep(0.1)
