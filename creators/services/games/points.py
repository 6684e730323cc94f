"""The ledger of points and the totals of the season. Every cause gives points once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from creators.categories import find_category
from creators.enums import ConsentPurpose
from creators.models import Creator
from creators.models.points import MOST_POINTS, Season
from creators.queries.consent import filter_consenting
from creators.services.games.boards import push_totals
from creators.services.games.seasons import get_open_season

_RECORD = """
INSERT INTO creators_pointentry (creator_id, season_id, cause_kind, cause_id, points, occurred_at, recorded_at)
SELECT creator_id, %s, cause_kind, cause_id, points, occurred_at, %s
FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[], %s::integer[], %s::timestamptz[])
  AS told (creator_id, cause_kind, cause_id, points, occurred_at)
ORDER BY creator_id, cause_kind, cause_id
ON CONFLICT DO NOTHING RETURNING creator_id, points"""
# Rows in the order of their creators, so that two awards at once cannot wait for each other. What a board cannot hold
# is kept out of the total, not out of the ledger.
_ADD = """
INSERT INTO creators_seasontotal AS held (season_id, creator_id, category, points, reached_at, is_shown, updated_at)
SELECT %s, creator_id, category, greatest(0, least(points, %s)), %s, is_shown, %s
FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[], %s::boolean[]) AS told (creator_id, category, points, is_shown)
ORDER BY creator_id
ON CONFLICT (season_id, creator_id) DO UPDATE SET
  points = greatest(0, least(held.points::bigint + (
    SELECT sum(points) FROM unnest(%s::bigint[], %s::bigint[]) AS gained (id, points) WHERE gained.id = held.creator_id
  ), %s)),
  category = EXCLUDED.category, is_shown = EXCLUDED.is_shown, reached_at = EXCLUDED.reached_at,
  updated_at = EXCLUDED.updated_at"""


@dataclass(frozen=True, kw_only=True)
class NewPoints:
    """Points for one cause: its kind and id name it for ever. Negative ones correct."""

    creator_id: int
    cause_kind: str
    cause_id: str
    points: int
    at: datetime


def award_points(*, entries: Sequence[NewPoints], now: datetime) -> int:
    """Record points inside the caller's transaction; return how many causes were new.

    The season is the one open at ``now``: what becomes known later never changes a closed one. Boards follow after the
    commit.

    Raises:
        RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("award_points needs an open transaction.")
    if not entries:
        return 0
    season = get_open_season(now=now)
    gained: dict[int, int] = {}
    rows = _record(season, entries, now)
    for creator_id, points in rows:
        gained[creator_id] = gained.get(creator_id, 0) + points
    if gained:
        _add(season, gained, now)
        is_gain = all(points > 0 for _, points in rows)
        transaction.on_commit(partial(push_totals, season_id=season.pk, creator_ids=sorted(gained), only_raise=is_gain))
    return len(rows)


def _record(season: Season, entries: Sequence[NewPoints], now: datetime) -> list[tuple[int, int]]:
    columns = [
        [getattr(one, name) for one in entries] for name in ("creator_id", "cause_kind", "cause_id", "points", "at")
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [season.pk, now, *columns])
        return list(cursor.fetchall())


def _add(season: Season, gained: dict[int, int], now: datetime) -> None:
    ids = sorted(gained)
    shown = filter_consenting(creator_ids=ids, purpose=ConsentPurpose.PUBLIC_PROFILE)
    tags = dict(Creator.objects.filter(pk__in=ids).values_list("pk", "tags"))
    categories = [find_category(tags=tags.get(pk, ())) for pk in ids]
    points = [gained[pk] for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            [
                season.pk,
                MOST_POINTS,
                now,
                now,
                ids,
                categories,
                points,
                [pk in shown for pk in ids],
                ids,
                points,
                MOST_POINTS,
            ],
        )
