"""Celery's side of the creators app."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from veri.platform.cache.locks import hold_lock

SCORING_SECONDS = 600


@shared_task(name="creators.recompute_scores", time_limit=SCORING_SECONDS, soft_time_limit=SCORING_SECONDS - 30)
def recompute_scores_task(**_unknown: Any) -> int:
    """Compute the scores that are due; return how many changed."""
    from creators.services.scoring.recompute import recompute_scores  # loads numpy, which few workers need

    with hold_lock(name="scoring", ttl=SCORING_SECONDS) as is_mine:
        return recompute_scores(now=timezone.now()).changed if is_mine else 0
