"""Boards in Redis: a sorted set for each season and scope, made of the season's totals and rebuildable from them.

A score holds points and the second they were reached: points * 2**32 + (2**32 - 1 - second). Of equal points the
earlier stands first; without it Redis would sort by the member's bytes. Points stay below 2**21: a score is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from veri.platform.connections.redis import get_redis

ALL = "all"
BAND = 2**32
KEPT_SECONDS = 45 * 24 * 3600
WRITE_BATCH = 5_000
# Size, how many have more points, the rank of the first neighbour, neighbours with scores, the first one's place.
_STANDING = """
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
local above = redis.call('ZCOUNT', KEYS[1], ARGV[2], '+inf')
local size = redis.call('ZCARD', KEYS[1])
local place = redis.call('ZREVRANK', KEYS[1], ARGV[1])
local around = tonumber(ARGV[3])
if not place or around == 0 then return {size, above, 0, {}, 0} end
local first = math.max(0, place - around)
local rows = redis.call('ZREVRANGE', KEYS[1], first, place + around, 'WITHSCORES')
local band = (math.floor(tonumber(rows[2]) / 4294967296) + 1) * 4294967296
local better = redis.call('ZCOUNT', KEYS[1], string.format('%.0f', band), '+inf')
return {size, above, better + 1, rows, first}"""


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """A creator's place: ``rank`` is 1 plus how many have more points, so that equal ones share it (1, 1, 3)."""

    creator_id: int
    points: int
    rank: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One creator's row with whom he stands among, and how many are on the board."""

    row: BoardRow | None
    neighbours: list[BoardRow]
    size: int


def build_score(*, points: int, reached_at: datetime) -> int:
    second = min(max(int(reached_at.timestamp()), 0), BAND - 1)
    return points * BAND + (BAND - 1 - second)


def read_points(score: float) -> int:
    return int(score) // BAND


def is_built(*, season_id: int) -> bool:
    """Return whether the season's boards are whole; Redis may have lost them.

    Raises:
        redis.RedisError: Redis is away.
    """
    return bool(get_redis().exists(_name_marker(season_id)))


def put_rows(*, season_id: int, rows: Iterable[tuple[int, str, int, datetime]], only_raise: bool) -> None:
    """Write (creator, category, points, reached at) to boards that are whole; ``only_raise`` never lowers a score.

    Raises:
        redis.RedisError: Redis is away.
    """
    if not is_built(season_id=season_id):
        return
    pipeline = get_redis().pipeline(transaction=False)
    for creator_id, category, points, reached_at in rows:
        score = build_score(points=points, reached_at=reached_at)
        for scope in (ALL, category):
            pipeline.zadd(_name(season_id, scope), {str(creator_id): score}, gt=only_raise)
    pipeline.execute()


def remove_rows(*, season_id: int, creator_ids: Sequence[int], scopes: Sequence[str]) -> None:
    pipeline = get_redis().pipeline(transaction=False)
    for scope in scopes:
        pipeline.zrem(_name(season_id, scope), *map(str, creator_ids))
    pipeline.execute()


def replace_boards(*, season_id: int, boards: dict[str, dict[str, int]], scopes: Sequence[str]) -> None:
    """Put whole boards in the place of the present ones, each at one instant; an empty one is removed."""
    client = get_redis()
    for scope in scopes:
        name, fresh = _name(season_id, scope), f"{_name(season_id, scope)}:fresh"
        members = list(boards.get(scope, {}).items())
        client.delete(fresh)
        for start in range(0, len(members), WRITE_BATCH):
            client.zadd(fresh, dict(members[start : start + WRITE_BATCH]))
        if members:
            client.expire(fresh, KEPT_SECONDS)
            client.rename(fresh, name)
        else:
            client.delete(name)
    client.set(_name_marker(season_id), datetime.now(tz=UTC).isoformat(), ex=KEPT_SECONDS - 24 * 3600)


def list_top(*, season_id: int, scope: str, count: int) -> tuple[list[BoardRow], int] | None:
    """Return the best rows and how many there are in all; None when the board is not whole."""
    name = _name(season_id, scope)
    pipeline = get_redis().pipeline(transaction=False)
    pipeline.exists(_name_marker(season_id))
    pipeline.zrevrange(name, 0, count - 1, withscores=True)
    pipeline.zcard(name)
    is_whole, found, size = pipeline.execute()
    return (_rank(found, first_rank=1, start=0), int(size)) if is_whole else None


def find_standing(*, season_id: int, scope: str, creator_id: int, points: int, around: int) -> Standing | None:
    """Return where somebody with these points stands, and his neighbours when he is on the board himself.

    One round trip. None when the board is not whole.
    """
    keys = [_name(season_id, scope), _name_marker(season_id)]
    found: Any = get_redis().eval(_STANDING, len(keys), *keys, str(creator_id), (points + 1) * BAND, around)
    if found is None:
        return None
    size, above, first_rank, members = int(found[0]), int(found[1]), int(found[2]), found[3]
    pairs = [(members[place], float(members[place + 1])) for place in range(0, len(members), 2)]
    row = BoardRow(creator_id=creator_id, points=points, rank=1 + above)
    return Standing(row=row, neighbours=_rank(pairs, first_rank=first_rank, start=int(found[4])), size=size)


def _rank(found: Sequence[tuple[Any, float]], *, first_rank: int, start: int) -> list[BoardRow]:
    """Return rows from the place ``start`` on, whose first has this rank."""
    rows: list[BoardRow] = []
    for number, (member, score) in enumerate(found):
        points = read_points(score)
        rank = start + number + 1 if rows else first_rank
        if rows and rows[-1].points == points:
            rank = rows[-1].rank
        rows.append(BoardRow(creator_id=int(member), points=points, rank=rank))
    return rows


def _name(season_id: int, scope: str) -> str:
    return f"veri:board:{season_id}:{scope}"


def _name_marker(season_id: int) -> str:
    return f"veri:board:{season_id}:whole"
