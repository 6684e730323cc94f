"""How reliably creators kept what they agreed: for the score, and for matching."""

from collections.abc import Sequence

from creators.reliability import Records, register_reliability_source
from veri.platform.connections.reading import fetch_rows

# A deliverable is kept when it was published by the end of its day and verified, its disclosure with it. One that was
# never published counts once its day is over, unless it was the brand that did not go on.
_RECORDS = """
SELECT part.creator_id, count(*), count(*) FILTER (
  WHERE piece.state IN ('verified', 'released') AND piece.published_at <= piece.due_at + interval '1 day')
FROM billing_deliverable piece JOIN billing_collaboration part ON part.id = piece.collaboration_id
WHERE part.creator_id = ANY(%s) AND part.state NOT IN ('cancelled', 'declined', 'expired', 'draft', 'briefed')
  AND (piece.state IN ('verified', 'released')
    OR piece.due_at < now() AND piece.state IN ('planned', 'changes_requested'))
GROUP BY part.creator_id"""


def find_records(creator_ids: Sequence[int]) -> Records:
    """Return for creators who have any: deliverables that were due, and those kept."""
    return {row[0]: (row[1], row[2]) for row in fetch_rows(_RECORDS, [list(creator_ids)])}


def register_reliability() -> None:
    register_reliability_source(name="campaigns", read=find_records)
