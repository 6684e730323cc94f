"""Requests of each user by day: counted beside the rate limits, brought to PostgreSQL each minute."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import redis
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from veri.platform.connections.errors import StoreUnavailable
from veri.platform.connections.redis import get_redis
from veri.platform.http.models import ApiKey
from veri.platform.http.rate_limits import REQUESTS

_UPSERT = """
INSERT INTO http_requestcount (user_id, day, count) SELECT user_id, %s, count FROM unnest(%s::bigint[], %s::bigint[])
  AS told (user_id, count)
ON CONFLICT ON CONSTRAINT request_count_user_day_unique DO UPDATE SET count = greatest(http_requestcount.count,
  excluded.count)"""


def build_counts_key(day: date) -> str:
    """Return the name of the hash that counts a day's requests by client: ``user-7`` or ``key-abc``."""
    return f"{REQUESTS}{day:%Y-%m-%d}"


def flush_request_counts(*, now: datetime) -> int:
    """Bring today's and yesterday's counts to the table; again changes nothing. Returns how many users have one.

    A day's sum replaces a smaller one: what Redis forgets in between is lost, and nothing is counted twice.
    """
    days = (now.date() - timedelta(days=1), now.date())
    try:
        told: dict[date, Any] = {day: get_redis().hgetall(build_counts_key(day)) for day in days}
    except (redis.RedisError, StoreUnavailable, OSError):
        return 0  # it counts on when it is back
    stored: list[int] = [_store(day, _sum_by_user(counts)) for day, counts in told.items() if counts]
    return sum(stored)


def _sum_by_user(counts: Mapping[Any, Any]) -> Counter[int]:
    """Add what a user's keys asked to what he asked himself; of users and keys that are gone nothing is kept."""
    by_client: dict[str, int] = {_read(name): int(count) for name, count in counts.items()}
    prefixes = [name.removeprefix("key-") for name in by_client if name.startswith("key-")]
    owners = dict(ApiKey.objects.filter(prefix__in=prefixes).values_list("prefix", "owner"))
    found: Counter[int] = Counter()
    for name, count in by_client.items():
        kind, _, rest = name.partition("-")
        user_id = owners.get(rest) if kind == "key" else int(rest) if rest.isdigit() else None
        if user_id is not None:
            found[user_id] += count
    known = set(get_user_model().objects.filter(pk__in=found).values_list("pk", flat=True))
    return Counter({pk: count for pk, count in found.items() if pk in known})


def _read(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


@transaction.atomic(durable=True)
def _store(day: date, counts: Counter[int]) -> int:
    if counts:
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [day, list(counts), list(counts.values())])
    return len(counts)
