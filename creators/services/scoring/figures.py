"""Keep what was measured of creators: the figures others are compared with."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from creators.models import PlatformFigures
from creators.queries.scoring.gathering import GatheredCreator, gather_figures
from creators.services.locks import lock_scoring
from veri.platform.connections.copying import copy_rows

_COLUMNS = (
    *("creator_id", "platform", "category", "followers", "items", "rate", "slope", "points", "spikes", "deltas"),
    *("ratio", "comments", "distinct_comments"),
)
_LEFT = """
DELETE FROM {table} held USING creators_creator creator
WHERE creator.id = held.creator_id AND (NOT creator.is_active OR creator.consent_state = 'withdrawn')"""


@transaction.atomic(durable=True)
def measure_creators(*, creator_ids: Sequence[int], now: datetime) -> dict[int, GatheredCreator]:
    """Measure creators and put the figures in the place of their former ones; return them by creator."""
    lock_scoring()
    found = gather_figures(creator_ids=creator_ids, now=now)
    PlatformFigures.objects.filter(creator_id__in=list(creator_ids)).delete()
    rows = [platform for one in found.values() for platform in one.platforms.values()]
    copy_rows(
        model=PlatformFigures,
        columns=(*_COLUMNS, "measured_at"),
        rows=([*(getattr(row, name) for name in _COLUMNS), now] for row in rows),
    )
    return found


@transaction.atomic(durable=True)
def remove_who_left() -> None:
    """Take who is inactive or withdrew out of the cohorts, and his score with him; the history stays his."""
    with connection.cursor() as cursor:
        for table in ("creators_platformfigures", "creators_latestscore"):
            cursor.execute(_LEFT.format(table=table))
