"""Boards follow the totals: after each commit, with each consent, and whole by a rebuild. The database is the truth."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from redis.exceptions import RedisError

from creators.categories import ANY, CATEGORIES
from creators.enums import ConsentPurpose, SeasonState
from creators.models import Season, SeasonTotal
from creators.queries.consent import filter_consenting
from creators.stores import boards
from veri.platform.connections.errors import StoreUnavailable

SCOPES = (boards.ALL, *CATEGORIES, ANY)
MARGIN = timedelta(minutes=5)  # of a total's instant, which was read at the edge, before its commit
AWAY = (RedisError, StoreUnavailable, OSError)
BATCH = 5_000
logger = structlog.get_logger(__name__)


def push_totals(*, season_id: int, creator_ids: Sequence[int], only_raise: bool) -> bool:
    """Write the present totals of creators to the boards; return whether Redis took them. A rebuild mends the rest.

    Totals are read anew, and gains never lower a score: of two pushes at once the later total stays.
    """
    rows = SeasonTotal.objects.filter(season_id=season_id, creator_id__in=creator_ids, is_shown=True)
    try:
        boards.put_rows(
            season_id=season_id,
            rows=rows.values_list("creator_id", "category", "points", "reached_at"),
            only_raise=only_raise,
        )
    except AWAY as error:
        logger.warning("boards_away", error=type(error).__name__)
        return False
    return True


def show_on_boards(*, creator_id: int, is_shown: bool, now: datetime) -> None:
    """Let others see a creator on boards or no longer, inside the caller's transaction.

    Whoever no longer may be seen is left out of every answer at once; Redis follows after the commit.
    """
    seasons = SeasonTotal.objects.filter(creator_id=creator_id).exclude(is_shown=is_shown)
    keys = list(seasons.filter(season__state=SeasonState.OPEN).values_list("season_id", flat=True))
    seasons.update(is_shown=is_shown, updated_at=now)
    for season_id in keys:
        if is_shown:
            transaction.on_commit(partial(push_totals, season_id=season_id, creator_ids=[creator_id], only_raise=False))
        else:
            transaction.on_commit(partial(_remove, season_id=season_id, creator_ids=[creator_id]))


def rebuild_boards(*, season_id: int, now: datetime) -> int:
    """Make a season's boards anew of its totals, each put in place at one instant; return how many stand on them.

    Totals that changed meanwhile are written once more afterwards, so that no push is lost in the exchange.

    Raises:
        redis.RedisError: Redis is away; the boards are as they were.
    """
    found: dict[str, dict[str, int]] = {}
    rows = SeasonTotal.objects.filter(season_id=season_id, is_shown=True)
    for creator_id, category, points, reached_at in rows.values_list(
        "creator_id", "category", "points", "reached_at"
    ).iterator(chunk_size=BATCH):
        score = boards.build_score(points=points, reached_at=reached_at)
        for scope in (boards.ALL, category):
            found.setdefault(scope, {})[str(creator_id)] = score
    boards.replace_boards(season_id=season_id, boards=found, scopes=SCOPES)
    moved = SeasonTotal.objects.filter(season_id=season_id, updated_at__gte=now - MARGIN)
    for start in range(0, moved.count(), BATCH):
        part = moved.order_by("pk")[start : start + BATCH]
        push_totals(season_id=season_id, creator_ids=[one.creator_id for one in part], only_raise=False)
        hidden = [one.creator_id for one in part if not one.is_shown]
        if hidden:
            _remove(season_id=season_id, creator_ids=hidden)
    return len(found.get(boards.ALL, {}))


def rebuild_open_boards(*, now: datetime) -> int:
    """Hide who may no longer be shown, show who may, and rebuild the boards of all open seasons."""
    total = 0
    for season_id in Season.objects.filter(state=SeasonState.OPEN).values_list("pk", flat=True):
        align_shown(season_id=season_id)
        total += rebuild_boards(season_id=season_id, now=now)
    return total


@transaction.atomic(durable=True)
def align_shown(*, season_id: int) -> int:
    """Let every total of a season follow its creator's present consent; return how many did not."""
    ids = list(SeasonTotal.objects.filter(season_id=season_id).values_list("creator_id", flat=True))
    allowed = filter_consenting(creator_ids=ids, purpose=ConsentPurpose.PUBLIC_PROFILE)
    rows = SeasonTotal.objects.filter(season_id=season_id)
    hidden = rows.filter(is_shown=True).exclude(creator_id__in=allowed).update(is_shown=False)
    return hidden + rows.filter(is_shown=False, creator_id__in=allowed).update(is_shown=True)


def _remove(*, season_id: int, creator_ids: Sequence[int]) -> None:
    try:
        boards.remove_rows(season_id=season_id, creator_ids=creator_ids, scopes=SCOPES)
    except AWAY as error:
        logger.warning("boards_away", error=type(error).__name__)
