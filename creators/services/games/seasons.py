"""Seasons: calendar months in UTC, opened when needed and closed with a snapshot."""

from datetime import UTC, datetime

from django.db import connection, transaction

from creators.enums import SeasonState
from creators.models import Season
from creators.services.locks import lock_seasons

_SNAPSHOT = """
INSERT INTO creators_seasonresult (season_id, creator_id, category, points, reached_at, rank, category_rank)
SELECT season_id, creator_id, category, points, reached_at, rank() OVER (ORDER BY points DESC),
  rank() OVER (PARTITION BY category ORDER BY points DESC)
FROM creators_seasontotal WHERE season_id = %s
ON CONFLICT DO NOTHING"""


def get_open_season(*, now: datetime) -> Season:
    """Return the season of an instant, made when there is none yet; inside the caller's transaction.

    It cannot close before the transaction ends. When it is closed already (a clock set back), the next open month takes
    its place.
    """
    at = now.astimezone(UTC)
    start = datetime(at.year, at.month, 1, tzinfo=UTC)
    found = _lock_open(start)
    if found is None:
        lock_seasons()
    while found is None:
        name, ends_at = f"{start:%B %Y}", _get_next_month(start)
        Season.objects.get_or_create(starts_at=start, defaults={"name": name, "ends_at": ends_at})
        found = _lock_open(start)
        start = ends_at
    return found


@transaction.atomic(durable=True)
def close_season(*, season_id: int, now: datetime) -> int:
    """Close a season that is over and keep where everybody stood; return how many, 0 when it was closed before.

    Awards that hold the season open are waited for; later ones find the next.
    """
    season = Season.objects.select_for_update().get(pk=season_id)
    if season.state == SeasonState.CLOSED or season.ends_at > now:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT, [season_id])
        count = int(cursor.rowcount)
    season.state, season.closed_at = SeasonState.CLOSED, now
    season.save(update_fields=["state", "closed_at"])
    return count


def close_ended_seasons(*, now: datetime) -> int:
    """Open the month's season and close those that are over; return how many were closed."""
    with transaction.atomic(durable=True):
        get_open_season(now=now)
    ended = Season.objects.filter(state=SeasonState.OPEN, ends_at__lte=now).order_by("starts_at")
    keys = list(ended.values_list("pk", flat=True))
    for pk in keys:
        close_season(season_id=pk, now=now)
    return len(keys)


def _lock_open(start: datetime) -> Season | None:
    rows = Season.objects.raw(
        "SELECT * FROM creators_season WHERE starts_at = %s AND state = 'open' FOR SHARE", [start]
    )
    return next(iter(rows), None)


def _get_next_month(start: datetime) -> datetime:
    return datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)
