"""Celery's side of the creators app: connections, webhooks, reading the platforms, scores and games."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from creators.services.accounts.proofs import remove_expired_proofs
from creators.services.analytics import remove_old_analytics
from creators.services.connections.tickets import remove_old_tickets
from creators.services.connections.validating import validate_due_tokens
from creators.services.exploring.entries import refresh_all_entries
from creators.services.games.achievements import award_achievements
from creators.services.games.boards import AWAY, rebuild_open_boards
from creators.services.games.seasons import close_ended_seasons
from creators.services.handles.holds import remove_expired_holds
from creators.services.handles.unblocking import remove_ended_blocks
from creators.services.privacy.exporting import remove_expired_exports
from creators.services.privacy.processing import process_due_requests, process_request
from creators.services.scoring.thinning import thin_scores
from creators.services.sync.choosing import list_due_connections
from creators.services.sync.fetching import fetch_accounts
from creators.services.sync.purging import purge_old_youtube_data, remove_old_runs
from creators.services.sync.quotas import remove_old_windows
from creators.services.sync.running import synchronise
from creators.services.webhooks.purging import remove_old_deliveries
from creators.services.webhooks.subscribing import keep_subscriptions, repair_subscriptions
from veri.platform.cache.locks import hold_lock

MOST_AT_ONCE = 300
SCORING_SECONDS = 600
MOST_BATCHES = 50


@shared_task(name="creators.recompute_scores", time_limit=SCORING_SECONDS, soft_time_limit=SCORING_SECONDS - 30)
def recompute_scores_task(**_unknown: Any) -> int:
    """Compute the scores that are due; return how many changed."""
    from creators.services.scoring.recompute import recompute_scores  # loads numpy, which few workers need

    with hold_lock(name="scoring", ttl=SCORING_SECONDS) as is_mine:
        return recompute_scores(now=timezone.now()).changed if is_mine else 0


@shared_task(name="creators.remove_old_analytics")
def remove_old_analytics_task(**_unknown: Any) -> int:
    """Remove what front ends reported long ago; return how much."""
    return remove_old_analytics(now=timezone.now())


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
    if due:
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


@shared_task(name="creators.rebuild_boards", throws=AWAY)
def rebuild_boards_task(**_unknown: Any) -> int:
    """Make the boards of open seasons anew; return how many stand on them. Redis being away is tried again."""
    return rebuild_open_boards(now=timezone.now())


@shared_task(name="creators.close_seasons")
def close_seasons_task(**_unknown: Any) -> int:
    """Open the month's season and close those that are over; return how many were closed."""
    return close_ended_seasons(now=timezone.now())


@shared_task(name="creators.award_achievements")
def award_achievements_task(**_unknown: Any) -> int:
    """Award what creators reached and events did not tell, like scores; return how many."""
    return award_achievements(now=timezone.now())


LONGEST = 570  # seconds: less than a request's lease, so that nobody else begins where somebody is still at it


@shared_task(name="creators.remove_expired", ignore_result=True)
def remove_expired_task(**_unknown: Any) -> None:
    """Remove mailed codes, holds of handles and exports whose time is over."""
    now = timezone.now()
    remove_expired_proofs(now=now)
    remove_expired_holds(now=now)
    remove_ended_blocks(now=now)
    remove_expired_exports(now=now)


@shared_task(name="creators.process_privacy_request", time_limit=LONGEST, soft_time_limit=LONGEST - 30)
def process_privacy_request_task(*, request_id: int, **_unknown: Any) -> str:
    """Take the steps of one request; return its state, empty when nothing was due."""
    return str(process_request(request_id=request_id, now=timezone.now()) or "")


@shared_task(name="creators.process_privacy_requests", time_limit=LONGEST, soft_time_limit=LONGEST - 30)
def process_privacy_requests_task(**_unknown: Any) -> int:
    """Go on with the requests that are due; return how many were done with."""
    return process_due_requests(now=timezone.now())


@shared_task(name="creators.refresh_explored")
def refresh_explored_task(**_unknown: Any) -> int:
    """Mend what exploring reads; return how many rows were otherwise."""
    return refresh_all_entries()


@shared_task(name="creators.thin_scores")
def thin_scores_task(**_unknown: Any) -> int:
    """Remove what no history needs, in bounded batches; return how many scores."""
    total = 0
    for _ in range(MOST_BATCHES):
        removed = thin_scores(now=timezone.now())
        total += removed
        if not removed:
            break
    return total
