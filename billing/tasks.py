"""Celery's side of billing."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from billing.services.metering import expire_reservations


@shared_task(name="billing.expire_reservations")
def expire_reservations_task(**_unknown: Any) -> int:
    """Charge reservations nobody settled."""
    return expire_reservations(now=timezone.now())
