"""Who cannot be matched with a brand now: hard reasons, before anything is scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from veri.platform.connections.reading import fetch_rows

# A fee in another currency is not compared: what it is worth on the day is nobody's word.
_INELIGIBLE = """
SELECT terms.creator_id FROM creators_workterms terms
JOIN creators_creatorsummary summary ON summary.creator_id = terms.creator_id
WHERE NOT terms.is_available OR terms.available_from >= %(ends_on)s::date
  OR terms.excluded_categories && %(categories)s::varchar[]
  OR (terms.currency = %(currency)s AND terms.least_fee_minor > %(budget)s::bigint)
UNION
SELECT bound.creator_id FROM creators_exclusivity bound
JOIN creators_creatorsummary summary ON summary.creator_id = bound.creator_id
WHERE bound.brand_id <> %(brand)s AND bound.category = ANY(%(kept)s::varchar[])
  AND bound.starts_on < %(ends_on)s AND bound.ends_on > %(starts_on)s"""
# Figures a brand may see, and what terms say about its budget; the fee itself stays with its creator.
_STANDING = """
SELECT entry.summary_id, entry.score, entry.categories, entry.listed_at,
  CASE WHEN terms.least_fee_minor IS NULL OR terms.currency <> %(currency)s OR %(budget)s::bigint IS NULL THEN NULL
    ELSE terms.least_fee_minor <= %(budget)s::bigint END
FROM creators_exploreentry entry LEFT JOIN creators_workterms terms ON terms.creator_id = entry.summary_id
WHERE entry.summary_id = ANY(%(ids)s)"""


@dataclass(frozen=True, kw_only=True)
class Engagement:
    """What a brand wants of a creator: when (half-open days), for how much at most, and in which categories.

    ``exclusive`` are categories in which the creator may be bound to no other brand.
    """

    brand_id: int
    starts_on: date
    ends_on: date
    categories: Sequence[str] = ()
    exclusive: Sequence[str] = ()
    budget_minor: int | None = None
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True)
class MatchFacts:
    """What matching knows of a creator; ``score`` is -1 unless he shows it, ``fits_budget`` None when not known."""

    score: int
    categories: int
    listed_at: datetime
    fits_budget: bool | None


def list_ineligible(*, engagement: Engagement) -> list[int]:
    """Return the ids of findable creators whose terms or exclusivities stand against it."""
    return [pk for (pk,) in fetch_rows(_INELIGIBLE, _list_parameters(engagement))]


def find_match_facts(*, creator_ids: Sequence[int], engagement: Engagement) -> dict[int, MatchFacts]:
    rows = fetch_rows(_STANDING, _list_parameters(engagement) | {"ids": list(creator_ids)})
    return {
        pk: MatchFacts(score=score, categories=categories, listed_at=listed_at, fits_budget=fits)
        for pk, score, categories, listed_at, fits in rows
    }


def _list_parameters(engagement: Engagement) -> dict[str, object]:
    return {
        "brand": engagement.brand_id,
        "starts_on": engagement.starts_on,
        "ends_on": engagement.ends_on,
        "categories": list(engagement.categories),
        "kept": sorted({*engagement.categories, *engagement.exclusive}),
        "budget": engagement.budget_minor,
        "currency": engagement.currency,
    }
