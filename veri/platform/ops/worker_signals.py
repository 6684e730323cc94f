"""What Celery's processes tell about themselves: heartbeats, and when each message was published."""

import threading
import time
from typing import Any

RECORD_EVERY_SECONDS = 15
PUBLISHED_AT = "veri_published_at"
_last_recorded = float("-inf")


def connect() -> None:
    """Connect to Celery's signals; called once at start."""
    from celery import signals  # loads after settings

    signals.heartbeat_sent.connect(_record_worker, weak=False, dispatch_uid="veri.worker_heartbeat")
    signals.before_task_publish.connect(_stamp_message, weak=False, dispatch_uid="veri.published_at")


def _stamp_message(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None:
        headers.setdefault(PUBLISHED_AT, time.time())


def _record_worker(sender: Any, **_: Any) -> None:
    """Write the heartbeat beside the worker's event loop: a slow database must not stop the loop."""
    global _last_recorded  # noqa: PLW0603  one worker per process
    if time.monotonic() - _last_recorded < RECORD_EVERY_SECONDS:
        return
    _last_recorded = time.monotonic()
    name = str(getattr(getattr(sender, "eventer", None), "hostname", "") or "unknown")
    threading.Thread(target=_write, args=[name], name="heartbeat", daemon=True).start()


def _write(node: str) -> None:
    import structlog
    from django.db import Error, connection
    from django.utils import timezone

    from veri.platform.ops.services.heartbeats import WORKER_PREFIX, record_heartbeat

    try:
        record_heartbeat(name=f"{WORKER_PREFIX}{node}", now=timezone.now())
    except Error as error:
        structlog.get_logger(__name__).warning("heartbeat_not_recorded", error=type(error).__name__)
    finally:
        connection.close()
