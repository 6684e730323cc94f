"""Celery tasks of the HTTP app."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from veri.platform.http.services.idempotency import remove_expired_idempotency_keys

logger = structlog.get_logger(__name__)


@shared_task(name="http.remove_expired_idempotency_keys", ignore_result=True)
def remove_expired_idempotency_keys_task(**_: Any) -> None:
    """Remove idempotency records past their 24 hours."""
    logger.info("idempotency_keys_removed", count=remove_expired_idempotency_keys(now=timezone.now()))
