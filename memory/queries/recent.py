"""The latest interactions that pass filters, for questions that name nothing else."""

from creators.models import Interaction
from memory.queries.hits import SearchFilters


def list_recent(*, creator_id: int, filters: SearchFilters, limit: int) -> list[int]:
    """Return ids, the latest first; brands, tags and memory types are not looked at."""
    rows = Interaction.objects.filter(creator_id=creator_id)
    if filters.platforms:
        rows = rows.filter(platform__in=filters.platforms)
    if filters.since:
        rows = rows.filter(occurred_at__gte=filters.since)
    if filters.until:
        rows = rows.filter(occurred_at__lt=filters.until)
    return list(rows.order_by("-occurred_at", "-id").values_list("pk", flat=True)[:limit])
