"""Interactions from PostgreSQL."""

from collections.abc import Sequence

from creators.models import Interaction
from creators.stores.interactions import InteractionRecord
from veri.platform.connections.reading import fetch_rows

_FIELDS = InteractionRecord._fields

_COLUMNS = ", ".join(_FIELDS)
_GET = f"SELECT {_COLUMNS} FROM creators_interaction WHERE creator_id = %s AND id = ANY(%s)"  # noqa: S608  from code


class PostgresInteractionStore:
    def get_interactions(self, *, creator_id: int, ids: Sequence[int]) -> dict[int, InteractionRecord]:
        if not ids:
            return {}
        found = fetch_rows(_GET, [creator_id, list(ids)])
        return {row[0]: InteractionRecord._make(row) for row in found}

    def list_recent_interactions(self, *, creator_id: int, limit: int) -> list[InteractionRecord]:
        found = Interaction.objects.filter(creator_id=creator_id).order_by("-occurred_at", "-id")
        return [InteractionRecord(**row) for row in found.values(*_FIELDS)[:limit]]

    def count_interactions(self, *, creator_id: int) -> int:
        return Interaction.objects.filter(creator_id=creator_id).count()
