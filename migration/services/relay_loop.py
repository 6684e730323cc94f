"""The relay process: woken by NOTIFY, drains the outbox while ``USE_MONGO`` is effective, patient with MongoDB."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog
from django.db import OperationalError, close_old_connections, connection, transaction
from django.utils import timezone
from pymongo.errors import PyMongoError

from migration.enums import Flag
from migration.queries.flags import is_flag_on
from migration.registry import iterate_specs
from migration.services.flags import align_capture, is_capture_aligned
from migration.services.relay import relay_batch
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.ops.services.heartbeats import record_heartbeat

POLL_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 10.0
HEARTBEAT_SECONDS = 5.0
logger = structlog.get_logger(__name__)


@dataclass
class RelayLoop:
    """Run until ``should_stop`` says so; every turn drains the outbox, then waits for a notification or a second."""

    should_stop: Callable[[], bool]
    on_batch: Callable[[int], None] = lambda _taken: None
    failures: int = 0
    heartbeat_at: float = field(default=-HEARTBEAT_SECONDS)

    def run(self) -> None:
        while not self.should_stop():
            try:
                with open_dedicated_connection() as listener:
                    listener.execute("LISTEN migration_outbox")
                    self._serve(listener)
            except (OperationalError, psycopg.OperationalError) as error:
                logger.warning("relay_lost_postgres", error=type(error).__name__)
                close_old_connections()
                self._pause()

    def _serve(self, listener: psycopg.Connection) -> None:
        while not self.should_stop():
            self._beat()
            if not self._drain():
                for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass

    def _drain(self) -> bool:
        """Relay one batch; return whether there may be more."""
        if not is_capture_aligned():
            with transaction.atomic():
                align_capture(actor="relay", reason="capture follows the flag", now=timezone.now())
        if not is_flag_on(Flag.USE_MONGO):
            return False
        try:
            result = relay_batch(datasets=[spec.name for spec in iterate_specs()])
        except PyMongoError as error:
            logger.warning("relay_lost_mongo", error=type(error).__name__, failures=self.failures)
            self._pause()
            return False
        self.failures = 0
        self.on_batch(result.taken)
        return result.taken > 0

    def _pause(self) -> None:
        self.failures += 1
        deadline = time.monotonic() + min(LONGEST_WAIT_SECONDS, 0.2 * 2**self.failures)
        while time.monotonic() < deadline and not self.should_stop():
            time.sleep(0.1)

    def _beat(self) -> None:
        if time.monotonic() - self.heartbeat_at >= HEARTBEAT_SECONDS:
            self.heartbeat_at = time.monotonic()
            record_heartbeat(name="relay", now=timezone.now())
            connection.close_if_unusable_or_obsolete()
