"""Celery's side of billing."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from billing.services.budgets.notices import notice_budgets
from billing.services.budgets.spikes import notice_spikes
from billing.services.campaigns.advancing import advance_campaigns
from billing.services.imports.provider_costs import alarm_differences
from billing.services.measuring.outside import meter_outside
from billing.services.measuring.storage import meter_storage
from billing.services.metering import expire_reservations
from billing.services.rollups import roll_usage


@shared_task(name="billing.expire_reservations")
def expire_reservations_task(**_unknown: Any) -> int:
    """Charge reservations nobody settled."""
    return expire_reservations(now=timezone.now())


@shared_task(name="billing.advance_campaigns")
def advance_campaigns_task(**_unknown: Any) -> dict[str, int]:
    """Do what is due in campaigns."""
    return advance_campaigns(now=timezone.now()).done


@shared_task(name="billing.poll_payments", soft_time_limit=240, time_limit=300)
def poll_payments_task(**_unknown: Any) -> int:
    """Ask providers for payments whose webhooks were lost."""
    from billing.services.payments.polling import poll_providers  # clients load with the first call

    return poll_providers(now=timezone.now())


@shared_task(name="billing.send_refunds", soft_time_limit=240, time_limit=300)
def send_refunds_task(**_unknown: Any) -> int:
    """Send refunds that wait, also for a provider that was away."""
    from billing.services.payments.sending import send_due_refunds  # same

    return send_due_refunds(now=timezone.now())


@shared_task(name="billing.expire_pending")
def expire_pending_task(**_unknown: Any) -> int:
    """Free pending transfers whose time is over."""
    from billing.services.ledger.pending import expire_pending  # loads with the ledger

    return expire_pending(timezone.now())


@shared_task(name="billing.roll_usage")
def roll_usage_task(**_unknown: Any) -> int:
    """Sum what was used by day."""
    return roll_usage(now=timezone.now())


@shared_task(name="billing.watch_budgets")
def watch_budgets_task(**_unknown: Any) -> int:
    """Tell of budgets that are used up and of spikes; return how much there was to tell."""
    now = timezone.now()
    return len(notice_budgets(now=now)) + len(notice_spikes(now=now))


@shared_task(name="billing.advance_subscriptions", soft_time_limit=240, time_limit=300)
def advance_subscriptions_task(**_unknown: Any) -> int:
    """Open periods that begin, ask again for what is due, end what was not paid."""
    from billing.services.plans.clock import advance_subscriptions  # loads with plans

    return advance_subscriptions(now=timezone.now())


@shared_task(name="billing.check_ledger", soft_time_limit=240, time_limit=300)
def check_ledger_task(**_unknown: Any) -> int:
    """Compare balances with postings and providers' money with what is owed; return how many differ."""
    from billing.services.ledger.checking import check_ledger  # loads with the ledger

    wrong, unbacked = check_ledger(now=timezone.now())
    return len(wrong) + len(unbacked)


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
