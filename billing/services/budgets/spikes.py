"""Find minutes in which a service costs far more than usual: robust z-scores on minute buckets.

Source of the score: Iglewicz and Hoaglin, 1993, 0.6745 (x - median) / MAD.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db import connection, transaction

from billing.models import SpendingSpike
from veri.platform.ops.services.notifications import queue_alert

WINDOW = timedelta(hours=1)
COOL_DOWN = timedelta(minutes=30)
SCORE = 6.0
FACTOR = 0.6745
FLOOR_MICRO_USD = 10_000  # of the deviation: a quiet service's first cents are no spike
FEWEST_EVENTS = 10
MICRO = 1_000_000
# By what happened at the service: events are dated by their reservation, which a call follows within seconds.
_BUCKETS = """
SELECT service, date_trunc('minute', occurred_at), sum(cost_micro_usd)::bigint, count(*) FROM billing_usageevent
WHERE service = ANY(%s) AND occurred_at >= %s AND occurred_at < %s GROUP BY 1, 2"""
WATCHED = ["claude", "openai", "voyage", "x"]


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What one service cost in a whole minute, in micro-dollars."""

    cost: int
    events: int


def score_minute(*, cost: int, earlier: list[int]) -> float:
    """Return how many robust standard deviations a minute's cost lies above those before it."""
    middle = median(earlier)
    deviation = median(abs(one - middle) for one in earlier)
    return FACTOR * (cost - middle) / max(deviation, FLOOR_MICRO_USD)


def notice_spikes(*, now: datetime) -> list[SpendingSpike]:
    """Look at the last whole minute of each service; tell of a spike once in half an hour. Returns what was told."""
    end = now.replace(second=0, microsecond=0)
    with transaction.atomic(durable=True):
        found = [_judge(service, minutes, end) for service, minutes in _read(end).items()]
        return [one for one in found if one and _tell(one, now)]


def _read(end: datetime) -> dict[str, dict[datetime, Minute]]:
    with connection.cursor() as cursor:
        cursor.execute(_BUCKETS, [WATCHED, end - WINDOW, end])
        rows = cursor.fetchall()
    found: dict[str, dict[datetime, Minute]] = {}
    for service, minute, cost, events in rows:
        found.setdefault(service, {})[minute] = Minute(cost=cost, events=events)
    return found


def _judge(service: str, minutes: dict[datetime, Minute], end: datetime) -> SpendingSpike | None:
    latest = end - timedelta(minutes=1)
    last = minutes.get(latest)
    if last is None or last.events < FEWEST_EVENTS:
        return None
    count = int(WINDOW.total_seconds() // 60)
    before = [end - timedelta(minutes=number) for number in range(2, count + 1)]
    earlier = [minutes[one].cost if one in minutes else 0 for one in before]
    score = score_minute(cost=last.cost, earlier=earlier)
    if score < SCORE:
        return None
    return SpendingSpike(
        service=service,
        minute=latest,
        cost_micro_usd=last.cost,
        median_micro_usd=int(median(earlier)),
        score=round(score, 1),
    )


def _tell(spike: SpendingSpike, now: datetime) -> bool:
    recent = SpendingSpike.objects.filter(service=spike.service, noticed_at__gt=now - COOL_DOWN)
    if recent.exists():
        return False
    spike.noticed_at = now
    spike.save()
    queue_alert(
        subject=f"{spike.service} costs far more than usual",
        body=(
            f"${spike.cost_micro_usd / MICRO:.2f} in the minute from {spike.minute:%Y-%m-%d %H:%M} UTC, where the hour"
            f" before had ${spike.median_micro_usd / MICRO:.2f} a minute (score {spike.score:g}). The budget page stops"
            " spending if it must stop."
        ),
        now=now,
        dedup_key=f"spike:{spike.service}:{spike.minute:%Y-%m-%dT%H:%M}",
    )
    return True
