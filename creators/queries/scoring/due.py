"""Who is to be scored anew: whose figures changed, and once a day everybody, since weeks pass."""

from datetime import datetime, timedelta

from veri.platform.connections.reading import fetch_rows

AGAIN_AFTER = timedelta(hours=24)
_DUE = """
SELECT creator.id FROM creators_creator creator
LEFT JOIN creators_latestscore latest ON latest.creator_id = creator.id
WHERE creator.is_active AND creator.consent_state <> 'withdrawn' AND (
  latest.creator_id IS NULL OR latest.checked_at <= %(now)s - %(again)s OR creator.updated_at > latest.checked_at
  OR EXISTS (SELECT FROM creators_accountsnapshot snapshot
    WHERE snapshot.creator_id = creator.id AND snapshot.taken_at > latest.checked_at)
  OR EXISTS (SELECT FROM creators_contentsnapshot snapshot
    WHERE snapshot.creator_id = creator.id AND snapshot.taken_at > latest.checked_at)
  OR (SELECT array_agg(DISTINCT link.platform::varchar ORDER BY link.platform::varchar)
      FROM creators_platformconnection link
      WHERE link.creator_id = creator.id AND link.state = ANY(%(states)s) AND link.platform = ANY(%(platforms)s))
    IS DISTINCT FROM nullif(latest.platforms, '{}')
)
ORDER BY latest.checked_at NULLS FIRST, creator.id LIMIT %(limit)s"""


def list_creators_to_score(*, states: list[str], platforms: list[str], now: datetime, limit: int) -> list[int]:
    """Return the ids of active creators without a score, or whose figures, connections or day are newer than it."""
    parameters = {"now": now, "again": AGAIN_AFTER, "limit": limit, "states": states, "platforms": platforms}
    return [pk for (pk,) in fetch_rows(_DUE, parameters)]
