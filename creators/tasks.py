"""Celery's side of the creators app."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from creators.services.exploring.entries import refresh_all_entries
from creators.services.games.achievements import award_achievements
from creators.services.games.boards import AWAY, rebuild_open_boards
from creators.services.games.seasons import close_ended_seasons
from creators.services.scoring.thinning import thin_scores
from veri.platform.cache.locks import hold_lock

SCORING_SECONDS = 600
MOST_BATCHES = 50


@shared_task(name="creators.recompute_scores", time_limit=SCORING_SECONDS, soft_time_limit=SCORING_SECONDS - 30)
def recompute_scores_task(**_unknown: Any) -> int:
    """Compute the scores that are due; return how many changed."""
    from creators.services.scoring.recompute import recompute_scores  # loads numpy, which few workers need

    with hold_lock(name="scoring", ttl=SCORING_SECONDS) as is_mine:
        return recompute_scores(now=timezone.now()).changed if is_mine else 0


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
