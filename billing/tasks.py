"""Celery's side of billing."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from billing.services.budgets.notices import notice_budgets
from billing.services.budgets.spikes import notice_spikes
from billing.services.imports.provider_costs import alarm_differences
from billing.services.measuring.outside import meter_outside
from billing.services.measuring.storage import meter_storage
from billing.services.metering import expire_reservations
from billing.services.rollups import roll_usage


@shared_task(name="billing.expire_reservations")
def expire_reservations_task(**_unknown: Any) -> int:
    """Charge reservations nobody settled."""
    return expire_reservations(now=timezone.now())


@shared_task(name="billing.roll_usage")
def roll_usage_task(**_unknown: Any) -> int:
    """Sum what was used by day."""
    return roll_usage(now=timezone.now())


@shared_task(name="billing.watch_budgets")
def watch_budgets_task(**_unknown: Any) -> int:
    """Tell of budgets that are used up and of spikes; return how much there was to tell."""
    now = timezone.now()
    return len(notice_budgets(now=now)) + len(notice_spikes(now=now))


@shared_task(name="billing.meter_storage")
def meter_storage_task(**_unknown: Any) -> int:
    """Meter a day of what the stores hold."""
    return len(meter_storage(now=timezone.now()))


@shared_task(name="billing.meter_outside")
def meter_outside_task(**_unknown: Any) -> int:
    """Meter what reading X and sending mails cost."""
    return len(meter_outside(now=timezone.now()))


@shared_task(name="billing.compare_providers")
def compare_providers_task(**_unknown: Any) -> int:
    """Tell where a provider's report differs from what was metered."""
    return len(alarm_differences(now=timezone.now()))
