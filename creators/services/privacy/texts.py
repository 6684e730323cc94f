"""Texts only this person's rows hold: what the sweep looks for besides names."""

from creators.models import Interaction

MOST = 40
SHORTEST = 16


def list_texts(*, creator_ids: list[int]) -> list[str]:
    """Return the latest and the earliest texts of the creators' interactions, whole and of some length."""
    rows = Interaction.objects.filter(creator__in=creator_ids).exclude(text="").order_by("-occurred_at", "-id")
    chosen = [*rows[: MOST // 2].values_list("text", flat=True)]
    chosen += [*rows.reverse()[: MOST // 2].values_list("text", flat=True)]
    return sorted({text[:200] for text in chosen if len(text) >= SHORTEST})
