"""Interactions from PostgreSQL."""

from collections.abc import Sequence

from creators.models import Interaction
from creators.stores.interactions import InteractionRecord

_FIELDS = ("id", "creator_id", "platform", "external_id", "type", "channel", "author", "text", "occurred_at")


class PostgresInteractionStore:
    def get_interactions(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, InteractionRecord]:
        found = Interaction.objects.filter(creator_id=creator_id, pk__in=list(ids)).values(*_FIELDS)
        return {row["id"]: InteractionRecord(**row) for row in found}

    def list_recent_interactions(self, *, creator_id: int, limit: int) -> list[InteractionRecord]:
        found = Interaction.objects.filter(creator_id=creator_id).order_by("-occurred_at", "-id")
        return [InteractionRecord(**row) for row in found.values(*_FIELDS)[:limit]]

    def count_interactions(self, *, creator_id: int) -> int:
        return Interaction.objects.filter(creator_id=creator_id).count()
