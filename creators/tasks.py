"""Celery's side of the creators app: connections, webhooks and reading the platforms."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from creators.services.connections.tickets import remove_old_tickets
from creators.services.connections.validating import validate_due_tokens
from creators.services.sync.choosing import list_due_connections
from creators.services.sync.fetching import fetch_accounts
from creators.services.sync.purging import purge_old_youtube_data, remove_old_runs
from creators.services.sync.quotas import remove_old_windows
from creators.services.sync.running import synchronise
from creators.services.webhooks.purging import remove_old_deliveries
from creators.services.webhooks.subscribing import keep_subscriptions, repair_subscriptions

MOST_AT_ONCE = 300


@shared_task(name="creators.synchronise")
def synchronise_task(*, connection_id: int, **_unknown: Any) -> str:
    """Read one connection; return how that ended, empty when it was not ours to read."""
    run = synchronise(connection_id=connection_id, clock=timezone.now)
    return str(run.state) if run else ""


@shared_task(name="creators.synchronise_due")
def synchronise_due_task(**_unknown: Any) -> int:
    """Hand out the connections that are due; what gets lost is due again a minute later."""
    now = timezone.now()
    due = list_due_connections(now=now, limit=MOST_AT_ONCE)
    fetch_accounts(now=now)
    for connection_id in due:
        synchronise_task.apply_async(kwargs={"connection_id": connection_id}, expires=50)
    return len(due)


@shared_task(name="creators.keep_subscriptions")
def keep_subscriptions_task(*, connection_id: int | None = None, **_unknown: Any) -> int:
    """Make, renew and end webhook subscriptions, all or one connection's; return how many were asked for."""
    return keep_subscriptions(now=timezone.now(), connection_id=connection_id)


@shared_task(name="creators.repair_subscriptions")
def repair_subscriptions_task(**_unknown: Any) -> int:
    """Compare with what platforms say they send; return how many subscriptions were lost."""
    return repair_subscriptions(now=timezone.now())


@shared_task(name="creators.validate_tokens")
def validate_tokens_task(**_unknown: Any) -> int:
    """Validate the tokens whose platform demands it; return how many still hold."""
    return validate_due_tokens(now=timezone.now())


@shared_task(name="creators.remove_old_platform_data")
def remove_old_platform_data_task(**_unknown: Any) -> int:
    """Remove what may not or need not be kept longer; return how many rows."""
    now = timezone.now()
    removed = purge_old_youtube_data(now=now) + remove_old_deliveries(now=now) + remove_old_tickets(now=now)
    return removed + remove_old_runs(now=now) + remove_old_windows(now=now)
