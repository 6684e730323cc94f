"""Boards as they are shown: from Redis, from the database while Redis is away, from the snapshot once closed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from redis.exceptions import RedisError

from creators.enums import ConsentPurpose, SeasonState
from creators.models import Creator, Season, SeasonResult
from creators.queries.consent import filter_consenting
from creators.stores import boards
from creators.stores.boards import ALL, BoardRow, Standing
from veri.platform.connections.errors import StoreUnavailable
from veri.platform.connections.reading import fetch_rows

NEIGHBOURS = 3
MOST_SHOWN = 100
_AWAY = (RedisError, StoreUnavailable, OSError)
_TOP = """
SELECT creator_id, points, 1 + (
  SELECT count(*) FROM creators_seasontotal above WHERE above.season_id = held.season_id AND above.is_shown
    AND above.points > held.points AND (%(scope)s = 'all' OR above.category = %(scope)s))
FROM creators_seasontotal held
WHERE season_id = %(season)s AND is_shown AND (%(scope)s = 'all' OR category = %(scope)s)
ORDER BY points DESC, reached_at, creator_id LIMIT %(count)s"""
_OWN = "SELECT category, points, is_shown FROM creators_seasontotal WHERE season_id = %s AND creator_id = %s"
_ABOVE = """
SELECT count(*) FILTER (WHERE points > %(points)s), count(*) FROM creators_seasontotal
WHERE season_id = %(season)s AND is_shown AND (%(scope)s = 'all' OR category = %(scope)s)"""


# Like ``filter_consenting``, with the names in the same statement.
_NAMES = """
SELECT creator.id, creator.handle, creator.display_name FROM creators_creator creator
CROSS JOIN LATERAL (
  SELECT is_granted FROM creators_consentrecord
  WHERE creator_id = creator.id AND purpose = %s ORDER BY id DESC LIMIT 1
) latest
WHERE creator.id = ANY(%s) AND latest.is_granted AND creator.is_active AND creator.consent_state <> 'withdrawn'"""
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """A row with its creator's present names."""

    rank: int
    points: int
    handle: str
    display_name: str


@dataclass(frozen=True, kw_only=True)
class Board:
    """The best of a board. ``source`` is redis, postgres or snapshot."""

    season: Season
    scope: str
    rows: list[ShownRow]
    size: int
    source: str


@dataclass(frozen=True, kw_only=True)
class OwnStanding:
    """Where a creator stands among those who are shown; he sees it whether he is shown or not."""

    rank: int | None
    points: int
    is_shown: bool
    size: int
    neighbours: list[ShownRow]


def find_season(*, now: datetime, season_id: int | None = None) -> Season | None:
    """Return a season by its id, else the one of this instant."""
    if season_id is not None:
        return Season.objects.filter(pk=season_id).first()
    return Season.objects.filter(starts_at__lte=now, ends_at__gt=now).order_by("-starts_at").first()


def find_board(*, season: Season, scope: str, limit: int = MOST_SHOWN) -> Board:
    """Return the best of a board; who no longer may be shown is left out, wherever the rows come from."""
    if season.state == SeasonState.CLOSED:
        source, (rows, size) = "snapshot", _list_closed(season, scope, limit)
    elif found := _ask_redis(lambda: boards.list_top(season_id=season.pk, scope=scope, count=limit)):
        source, (rows, size) = "redis", found
    else:
        source, (rows, size) = "postgres", _list_stored(season, scope, limit)
    return Board(season=season, scope=scope, rows=_show(rows), size=size, source=source)


def find_standing(*, season: Season, scope: str, creator: Creator, around: int = NEIGHBOURS) -> OwnStanding:
    """Return a creator's own standing with his neighbours."""
    if season.state == SeasonState.CLOSED:
        return _find_closed(season, scope, creator)
    rows = fetch_rows(_OWN, [season.pk, creator.pk])
    category, points, is_shown = rows[0] if rows else ("", 0, False)
    if not rows or scope not in {ALL, category}:
        return OwnStanding(rank=None, points=points, is_shown=False, size=0, neighbours=[])
    found = _find_standing(season, scope, creator.pk, points, around)
    return OwnStanding(
        rank=found.row.rank if found.row else None,
        points=points,
        is_shown=is_shown,
        size=found.size,
        neighbours=_show(found.neighbours),
    )


def _find_standing(season: Season, scope: str, creator_id: int, points: int, around: int) -> Standing:
    asked: dict[str, Any] = {"season_id": season.pk, "scope": scope, "creator_id": creator_id, "points": points}
    if found := _ask_redis(lambda: boards.find_standing(**asked, around=around)):
        return found
    ((above, size),) = fetch_rows(_ABOVE, {"season": season.pk, "scope": scope, "points": points})
    row = BoardRow(creator_id=creator_id, points=points, rank=1 + above)
    return Standing(row=row, neighbours=[], size=size)


def _ask_redis(ask: Callable[[], T | None]) -> T | None:
    """Return what Redis answers; None when it is away or its board is not whole."""
    try:
        return ask()
    except _AWAY:
        return None


def _list_stored(season: Season, scope: str, limit: int) -> tuple[list[BoardRow], int]:
    rows = fetch_rows(_TOP, {"season": season.pk, "scope": scope, "count": limit})
    ((_, size),) = fetch_rows(_ABOVE, {"season": season.pk, "scope": scope, "points": 0})
    return [BoardRow(creator_id=pk, points=points, rank=rank) for pk, points, rank in rows], size


def _list_closed(season: Season, scope: str, limit: int) -> tuple[list[BoardRow], int]:
    rank = "rank" if scope == ALL else "category_rank"
    rows = SeasonResult.objects.filter(season=season, **({} if scope == ALL else {"category": scope}))
    found = rows.order_by(rank, "reached_at", "creator_id").values_list("creator_id", "points", rank)[:limit]
    return [BoardRow(creator_id=pk, points=points, rank=place) for pk, points, place in found], rows.count()


def _find_closed(season: Season, scope: str, creator: Creator) -> OwnStanding:
    held = SeasonResult.objects.filter(season=season, creator=creator).first()
    if held is None or scope not in {ALL, held.category}:
        return OwnStanding(rank=None, points=0, is_shown=False, size=0, neighbours=[])
    rank = held.rank if scope == ALL else held.category_rank
    rows = SeasonResult.objects.filter(season=season, **({} if scope == ALL else {"category": scope}))
    is_shown = bool(filter_consenting(creator_ids=[creator.pk], purpose=ConsentPurpose.PUBLIC_PROFILE))
    return OwnStanding(rank=rank, points=held.points, is_shown=is_shown, size=rows.count(), neighbours=[])


def _show(rows: Sequence[BoardRow]) -> list[ShownRow]:
    """Return the rows of those who allow it now, with their present names."""
    ids = [row.creator_id for row in rows]
    found = fetch_rows(_NAMES, [ConsentPurpose.PUBLIC_PROFILE.value, ids]) if ids else []
    names = {pk: (handle, name) for pk, handle, name in found}
    return [
        ShownRow(
            rank=row.rank, points=row.points, handle=names[row.creator_id][0], display_name=names[row.creator_id][1]
        )
        for row in rows
        if row.creator_id in names
    ]
