"""Keep fewer scores of long ago: of each week the last is enough for a history."""

from datetime import datetime, timedelta

from django.db import connection, transaction

KEPT_WHOLE = timedelta(days=7)
BATCH = 10_000
_THIN = """
DELETE FROM creators_creatorscore old USING (
  SELECT id FROM (
    SELECT id, row_number() OVER (
      PARTITION BY creator_id, date_trunc('week', computed_at AT TIME ZONE 'UTC') ORDER BY id DESC) AS place
    FROM creators_creatorscore WHERE computed_at < %s
  ) ranked WHERE place > 1 LIMIT %s
) gone
WHERE old.id = gone.id AND NOT EXISTS (SELECT FROM creators_latestscore WHERE score_id = old.id)"""


@transaction.atomic(durable=True)
def thin_scores(*, now: datetime, limit: int = BATCH) -> int:
    """Remove scores older than a week but the last of each calendar week (UTC); return how many were removed.

    A creator's present score stays, however old.
    """
    with connection.cursor() as cursor:
        cursor.execute(_THIN, [now - KEPT_WHOLE, limit])
        return int(cursor.rowcount)
