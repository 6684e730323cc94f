"""Whether the books agree: daily sums with events, budgets with both, providers' reports with what was metered."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from billing.queries.usage_sums import UsageSum, sum_usage
from billing.services.periods import get_month

TOLERATED = 0.02  # of what a provider reports
# Of the budgets' periods: what their events cost, and what their reservations hold.
_BUDGETS = """
SELECT one.scope, one.spent, one.reserved,
  coalesce((SELECT sum(cost_micro_usd) FROM billing_usageevent event
    WHERE 'budget:' || event.service = one.scope
      AND occurred_at >= one.period_start AND occurred_at < one.period_end), 0)::bigint,
  coalesce((SELECT sum(amount_micro_usd) FROM billing_reservation held
    WHERE state = 'held' AND one.id = ANY(held.allowances)), 0)::bigint
FROM billing_allowance one
WHERE one.period_start = %s AND one.scope LIKE 'budget:%%' AND one.scope NOT LIKE 'budget:%%:%%'
  AND one.scope <> 'budget:platform'
ORDER BY one.scope"""
_EVENTS = """
SELECT count(*), coalesce(sum(cost_micro_usd), 0)::bigint FROM billing_usageevent
WHERE occurred_at >= %s AND occurred_at < %s"""
_EXPLAINED = """
SELECT count(*) FROM billing_usageevent event
JOIN LATERAL (
  SELECT count(*), sum(input_tokens), sum(cache_read_tokens), sum(output_tokens)
  FROM billing_usageattempt WHERE event_id = event.id
) AS tried (attempts, input, read, output) ON tried.attempts > 0
WHERE state = 'metered' AND occurred_at >= %s AND occurred_at < %s
  AND (input_tokens, cache_read_tokens, output_tokens) IS DISTINCT FROM (tried.input, tried.read, tried.output)"""
_PROVIDERS = """
SELECT service, day, sum(cost_micro_usd)::bigint FROM billing_providercost
WHERE day >= %s AND day < %s GROUP BY service, day ORDER BY service, day"""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two sums that should be one; both in micro-dollars, or counts."""

    what: str
    booked: int
    found: int

    @property
    def is_even(self) -> bool:
        return self.booked == self.found


@dataclass(frozen=True, kw_only=True)
class ProviderDifference:
    """What a provider says a day cost, beside what was metered."""

    service: str
    day: date
    reported: int
    metered: int

    @property
    def share(self) -> float:
        """Return the difference as a share of what is reported, signed: above 0 the provider asks for more."""
        return (self.reported - self.metered) / self.reported if self.reported else (-1.0 if self.metered else 0.0)

    @property
    def is_alarming(self) -> bool:
        return abs(self.share) > TOLERATED


def compare_books(*, at: datetime) -> list[Difference]:
    """Return every pair of sums of the month that must agree to the micro-dollar."""
    start, end = get_month(at)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [start, end])
        events, cost = cursor.fetchone()
        cursor.execute(_EXPLAINED, [start, end])
        (unexplained,) = cursor.fetchone()
        cursor.execute(_BUDGETS, [start])
        budgets = cursor.fetchall()
    rolled = next(iter(sum_usage(since=start.date(), until=end.date())), UsageSum())
    found = [
        Difference(what="events in the daily sums", booked=rolled.events, found=events),
        Difference(what="cost in the daily sums", booked=rolled.cost_micro_usd, found=cost),
        Difference(what="events whose attempts add up to something else", booked=0, found=unexplained),
    ]
    for scope, spent, reserved, metered, held in budgets:
        found.append(Difference(what=f"spent of {scope}", booked=spent, found=metered))
        found.append(Difference(what=f"held of {scope}", booked=reserved, found=held))
    return found


def compare_providers(*, since: date, until: date) -> list[ProviderDifference]:
    """Return each imported day of each provider beside what was metered, by service and day."""
    with connection.cursor() as cursor:
        cursor.execute(_PROVIDERS, [since, until])
        reported = cursor.fetchall()
    if not reported:
        return []
    sums = sum_usage(since=since, until=until, by=("service", "day"))
    metered = {(one.service, one.day): one.cost_micro_usd for one in sums}
    return [
        ProviderDifference(service=service, day=day, reported=cost, metered=metered.get((service, day), 0))
        for service, day, cost in reported
    ]
