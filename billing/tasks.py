"""Celery's side of billing."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from billing.services.campaigns.advancing import advance_campaigns
from billing.services.metering import expire_reservations


@shared_task(name="billing.expire_reservations")
def expire_reservations_task(**_unknown: Any) -> int:
    """Charge reservations nobody settled."""
    return expire_reservations(now=timezone.now())


@shared_task(name="billing.advance_campaigns")
def advance_campaigns_task(**_unknown: Any) -> dict[str, int]:
    """Do what is due in campaigns."""
    return advance_campaigns(now=timezone.now()).done
