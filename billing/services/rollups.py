"""Sum usage events by day. A rollup and what comes after it are always the whole: see ``queries/usage_sums``."""

from datetime import datetime

from django.db import connection, transaction

from billing.models import RollupMark

MOST = 500_000  # events at once: a backlog must not meet the time limit of statements
COUNTERS = (
    "input_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "output_tokens",
    "units",
    "cost_micro_usd",
)
_SUMS = ", ".join(f"sum({name})" for name in COUNTERS)
_ADD = ", ".join(f"{name} = rollup.{name} + EXCLUDED.{name}" for name in ("events", "unreconciled", *COUNTERS))
_ROLL = f"""
INSERT INTO billing_usagerollup AS rollup
  (day, creator_id, service, model, source, events, unreconciled, {", ".join(COUNTERS)})
SELECT (occurred_at AT TIME ZONE 'UTC')::date, creator_id, service, model, source,
  count(*), count(*) FILTER (WHERE state = 'unreconciled'), {_SUMS}
FROM billing_usageevent WHERE id > %s AND id <= %s
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT ON CONSTRAINT usage_rollup_unique DO UPDATE SET {_ADD}"""  # noqa: S608  names from code
# Bigints: the numbers of transactions do not wrap in PostgreSQL's snapshots.
_HORIZON = """
SELECT pg_snapshot_xmin(snapshot)::text::bigint, pg_snapshot_xmax(snapshot)::text::bigint,
  (SELECT coalesce(max(id), 0) FROM billing_usageevent)
FROM pg_current_snapshot() AS snapshot"""


def roll_usage(*, now: datetime) -> int:
    """Sum the events that no transaction under way can still add to; return up to which id all are summed.

    Ids are given before their rows commit. So each call notes the newest id and the next transaction's number, and a
    later call sums up to that id once every transaction from before has ended: who takes a lock on allowances has a
    number before his events have ids. Concurrent callers wait for each other's row.
    """
    with transaction.atomic(durable=True):
        RollupMark.objects.bulk_create([RollupMark(id=1)], ignore_conflicts=True)
        mark = RollupMark.objects.select_for_update().get()
        with connection.cursor() as cursor:
            cursor.execute(_HORIZON)
            oldest, upcoming, newest = cursor.fetchone()
            if mark.next_transaction <= oldest and mark.next_id > mark.rolled_id:
                until = min(mark.next_id, mark.rolled_id + MOST)
                cursor.execute(_ROLL, [mark.rolled_id, until])
                mark.rolled_id, mark.rolled_at = until, now
        if mark.next_id <= mark.rolled_id or mark.next_transaction > upcoming:  # the latter: another server's numbers
            mark.next_id, mark.next_transaction = max(newest, mark.rolled_id), upcoming
        mark.save()
    return mark.rolled_id
