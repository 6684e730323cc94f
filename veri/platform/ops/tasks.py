"""Celery tasks of the operations app."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from veri.platform.ops.services.delivery import deliver_notifications
from veri.platform.ops.services.heartbeats import BEAT, record_heartbeat, remove_forgotten_heartbeats

logger = structlog.get_logger(__name__)
MAX_BATCHES = 10


@shared_task(name="ops.record_beat_heartbeat", ignore_result=True)
def record_beat_heartbeat_task(**_: Any) -> None:
    """Prove that the scheduler publishes and a worker of this queue consumes."""
    now = timezone.now()
    record_heartbeat(name=BEAT, now=now)
    remove_forgotten_heartbeats(now=now)


@shared_task(name="ops.deliver_notifications", ignore_result=True)
def deliver_notifications_task(**_: Any) -> None:
    """Send due notices, in bounded batches."""
    for _batch in range(MAX_BATCHES):
        sent, failed = deliver_notifications()
        if sent + failed == 0:
            return
        logger.info("notices_delivered", sent=sent, failed=failed)
