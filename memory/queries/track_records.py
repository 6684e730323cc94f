"""How a creator's collaborations on Veri went: what matching learns of their outcomes."""

from collections.abc import Sequence
from datetime import datetime

from memory.queries.returns import find_returns
from veri.platform.connections.reading import fetch_rows

UNKNOWN = 0.4  # what is not known is worth less than the middle, as everywhere
PRIOR = 4  # collaborations that the unknown counts for

_ENDED = """
SELECT creator_id, count(*), count(*) FILTER (WHERE part.state IN ('released', 'paid', 'closed')
  AND NOT EXISTS (SELECT FROM billing_dispute dispute WHERE dispute.collaboration_id = part.id))
FROM billing_collaboration part
WHERE creator_id = ANY(%s) AND part.state IN ('released', 'paid', 'closed', 'refunded', 'disputed')
GROUP BY creator_id"""

_BRANDS = """
SELECT campaign.brand_id, count(*), count(*) FILTER (WHERE part.state IN ('released', 'paid', 'closed')
  AND NOT EXISTS (SELECT FROM billing_dispute dispute WHERE dispute.collaboration_id = part.id))
FROM billing_collaboration part JOIN billing_campaign campaign ON campaign.id = part.campaign_id
WHERE campaign.brand_id = ANY(%s) AND part.state IN ('released', 'paid', 'closed', 'refunded', 'disputed')
GROUP BY campaign.brand_id"""
_USUAL_FEE = """
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY fee_minor) FROM billing_collaboration
WHERE creator_id = %s AND currency = %s AND fee_minor IS NOT NULL"""


def find_track_records(*, creator_ids: Sequence[int], brand_id: int, at: datetime) -> dict[int, float]:
    """Return 0 to 1 for creators with a record: the share that went well, and how returns compare with the fee.

    Half of it is how many collaborations ended without a dispute, half what they brought: nothing is 0, the fee itself
    a half, endless 1. Both are drawn towards what is unknown by few cases.
    """
    ended = {row[0]: (row[1], row[2]) for row in fetch_rows(_ENDED, [list(creator_ids)])}
    returns = find_returns(creator_ids=creator_ids, brand_id=brand_id, at=at)
    found = {}
    for creator_id in ended.keys() | returns.keys():
        count, kept = ended.get(creator_id, (0, 0))
        reported, multiple = returns.get(creator_id, (0, 0.0))
        worth = multiple / (1 + multiple)
        found[creator_id] = (_shrink(kept, count) + _shrink(worth * reported, reported)) / 2
    return found


def find_brand_records(*, brand_ids: Sequence[int]) -> dict[int, float]:
    """Return 0 to 1 for brands with a record: the share of their collaborations that ended without a dispute."""
    return {row[0]: _shrink(row[2], row[1]) for row in fetch_rows(_BRANDS, [list(brand_ids)])}


def find_usual_fee(*, creator_id: int, currency: str) -> int | None:
    """Return the middle of the fees a creator agreed on in a currency; None without any."""
    fee = fetch_rows(_USUAL_FEE, [creator_id, currency])[0][0]
    return None if fee is None else int(fee)


def _shrink(total: float, count: int) -> float:
    return (PRIOR * UNKNOWN + total) / (PRIOR + count)
