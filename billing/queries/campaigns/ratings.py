"""Ratings as each side may see them: blind until both have rated, or two weeks after the close."""

from datetime import datetime, timedelta

from billing.campaign_enums import Side
from billing.models import Collaboration, Rating

RATING_DAYS = 14
_BOTH = 2


def list_visible_ratings(*, collaboration: Collaboration, side: str, now: datetime) -> list[Rating]:
    """Return the ratings a side may see; staff see all."""
    rows = list(Rating.objects.filter(collaboration=collaboration).order_by("side"))
    is_open = len(rows) == _BOTH or now >= collaboration.state_changed_at + timedelta(days=RATING_DAYS)
    return [one for one in rows if is_open or side in (one.side, Side.STAFF)]
