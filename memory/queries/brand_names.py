"""The brands a creator's interactions name."""

from memory.enums import SignalKind
from memory.models import Signal

MOST = 200


def list_brand_names(*, creator_id: int) -> list[str]:
    """Return the brands known of a creator, at most 200."""
    named = Signal.objects.filter(creator_id=creator_id, kind=SignalKind.BRAND)
    return list(named.order_by("value").values_list("value", flat=True).distinct()[:MOST])
