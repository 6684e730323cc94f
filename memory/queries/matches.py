"""Reads of matches: as they may be shown now, and how good they were by what was decided on them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from creators.models import CreatorSummary, User
from creators.queries.brands import list_brands
from memory.enums import MatchDecisionKind
from memory.models import BrandMatch, MatchDecision

GAINS = {
    MatchDecisionKind.REJECTED.value: 0,
    MatchDecisionKind.SAVED.value: 1,
    MatchDecisionKind.INVITED.value: 2,
    MatchDecisionKind.HIRED.value: 3,
}
DEPTH = 10


@dataclass(frozen=True, kw_only=True)
class MatchQuality:
    """Mean NDCG@10 over the matches with a decision worth something; None without any."""

    ndcg: float | None
    matches: int
    decisions: int
    newcomer_share: float | None


def list_matches(*, acting_user: User) -> QuerySet[BrandMatch]:
    """Return the matches of the brands a user acts for, the latest first."""
    return BrandMatch.objects.filter(brand__in=list_brands(acting_user=acting_user)).order_by("-id")


def show_items(*, match: BrandMatch) -> list[dict[str, Any]]:
    """Return the items of creators who may be found now, with their present names."""
    rows = CreatorSummary.objects.select_related("creator").defer("embedding")
    shown = rows.in_bulk([item["creator_id"] for item in match.items])
    return [
        {
            **item,
            "handle": shown[item["creator_id"]].creator.handle,
            "display_name": shown[item["creator_id"]].creator.display_name,
            "excerpt": shown[item["creator_id"]].excerpt,
            "platforms": shown[item["creator_id"]].platforms,
        }
        for item in match.items
        if item["creator_id"] in shown
    ]


def compute_ndcg(*, shown: Sequence[int], gains: dict[int, int]) -> float | None:
    """Return the normalised discounted cumulative gain of the first ten; None when nothing is worth anything.

    Gain 2**g - 1, discount log2(1 + rank) (Burges and others 2005).
    """
    best = _discount(sorted(gains.values(), reverse=True)[:DEPTH])
    return _discount([gains.get(pk, 0) for pk in shown[:DEPTH]]) / best if best else None


def measure_matches(*, newest: int = 1_000) -> MatchQuality:
    """Return how good the newest decided matches were."""
    decided = MatchDecision.objects.values("match")
    matches = list(BrandMatch.objects.filter(pk__in=decided).order_by("-pk")[:newest])
    gains: dict[int, dict[int, int]] = {match.pk: {} for match in matches}
    decisions = list(MatchDecision.objects.filter(match__in=matches).values_list("match_id", "creator_id", "kind"))
    for match_id, creator_id, kind in decisions:
        gains[match_id][creator_id] = GAINS[kind]
    found = [compute_ndcg(shown=[item["creator_id"] for item in one.items], gains=gains[one.pk]) for one in matches]
    known = [value for value in found if value is not None]
    slots = sum(len(match.items) for match in matches)
    return MatchQuality(
        ndcg=sum(known) / len(known) if known else None,
        matches=len(known),
        decisions=len(decisions),
        newcomer_share=sum(match.newcomers for match in matches) / slots if slots else None,
    )


def _discount(gains: Sequence[int]) -> float:
    return sum((2.0**gain - 1.0) / math.log2(1 + rank) for rank, gain in enumerate(gains, start=1))
