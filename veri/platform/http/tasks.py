"""Celery tasks of the HTTP app."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from veri.platform.http.services.idempotency import remove_expired_idempotency_keys
from veri.platform.http.services.request_counts import flush_request_counts

logger = structlog.get_logger(__name__)


@shared_task(name="http.remove_expired_idempotency_keys", ignore_result=True)
def remove_expired_idempotency_keys_task(**_: Any) -> None:
    """Remove idempotency records past their 24 hours."""
    logger.info("idempotency_keys_removed", count=remove_expired_idempotency_keys(now=timezone.now()))


@shared_task(name="http.flush_request_counts", ignore_result=True)
def flush_request_counts_task(**_: Any) -> None:
    """Bring what Redis counted of users' requests to the table."""
    flush_request_counts(now=timezone.now())
