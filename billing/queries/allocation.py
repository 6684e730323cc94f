"""What belongs to nobody, storage above all, as each creator's share of it: by the rows that are his."""

from django.db import connection

_ROWS = "SELECT creator_id, count(*) FROM creators_interaction GROUP BY creator_id"


def allocate(*, cost: int, weights: dict[int, int]) -> dict[int, int]:
    """Split micro-dollars by weights; the parts add up to the whole, remainders go to the largest rests first."""
    total = sum(weights.values())
    if not total:
        return {}
    parts = {key: cost * weight // total for key, weight in weights.items()}
    rests = sorted(weights, key=lambda key: (-(cost * weights[key] % total), key))
    for key in rests[: cost - sum(parts.values())]:
        parts[key] += 1
    return parts


def allocate_storage(*, cost: int) -> dict[int, int]:
    """Return each creator's share of what storage cost, by his interactions; reads them all, so not for a page."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        return allocate(cost=cost, weights=dict(cursor.fetchall()))
