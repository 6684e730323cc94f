"""Reads of interactions."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from creators.models import Creator, Interaction, User


@dataclass(frozen=True, kw_only=True)
class InteractionFilter:
    """What to keep; empty means everything. The period is half-open: since <= occurred_at < until."""

    platform: str = ""
    type: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_interactions(*, creator: Creator, chosen: InteractionFilter) -> QuerySet[Interaction]:
    """Return a creator's interactions without their payloads, the latest first."""
    rows = Interaction.objects.filter(creator=creator).select_related("creator").defer("payload")
    if chosen.platform:
        rows = rows.filter(platform=chosen.platform)
    if chosen.type:
        rows = rows.filter(type=chosen.type)
    if chosen.since:
        rows = rows.filter(occurred_at__gte=chosen.since)
    if chosen.until:
        rows = rows.filter(occurred_at__lt=chosen.until)
    return rows.order_by("-occurred_at", "-id")


def get_interaction(*, interaction_id: int, acting_user: User) -> Interaction:
    """Return one interaction of a creator the user may see.

    Raises:
        Interaction.DoesNotExist: unknown, or of somebody else's creator.
    """
    rows = Interaction.objects.select_related("creator")
    if not acting_user.is_staff:
        rows = rows.filter(creator__owner=acting_user)
    return rows.get(pk=interaction_id)
