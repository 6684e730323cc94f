"""What collaborations brought: of a brand's own, and of others only where no single one of them shows."""

from collections.abc import Sequence
from datetime import datetime

from veri.platform.connections.reading import fetch_rows

LEAST_OF_OTHERS = 3  # outcomes, of two brands at least
LEAST_BRANDS = 2

_RETURNS = """
SELECT part.creator_id, campaign.brand_id = %(brand)s, count(*), count(DISTINCT campaign.brand_id),
  sum(outcome.revenue_minor::float8 / part.fee_minor)
FROM billing_campaignoutcome outcome
JOIN billing_collaboration part ON part.id = outcome.collaboration_id
JOIN billing_campaign campaign ON campaign.id = part.campaign_id
WHERE part.creator_id = ANY(%(creators)s) AND outcome.first_reported_at <= %(at)s AND part.fee_minor > 0
GROUP BY 1, 2"""


def find_returns(*, creator_ids: Sequence[int], brand_id: int, at: datetime) -> dict[int, tuple[int, float]]:
    """Return by creator how many outcomes count and their mean multiple of the fee, as far as this brand may know."""
    found: dict[int, tuple[int, float]] = {}
    rows = fetch_rows(_RETURNS, {"creators": list(creator_ids), "brand": brand_id, "at": at})
    for creator_id, is_own, count, brands, total in rows:
        if is_own or (count >= LEAST_OF_OTHERS and brands >= LEAST_BRANDS):
            held = found.get(creator_id, (0, 0.0))
            found[creator_id] = held[0] + count, held[1] + total
    return {creator_id: (count, total / count) for creator_id, (count, total) in found.items()}
