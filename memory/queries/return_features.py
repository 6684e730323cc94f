"""What is known of a collaboration before it begins, as ``memory.prediction`` takes it.

Only figures the brand may infer from: platforms' own, public memories, and dealings that it took part in or that no
single other brand shows in (``queries/returns``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from billing.models import Collaboration
from billing.money import count_digits
from creators.models import ContentItem, LatestScore, PlatformFigures
from memory.prediction.features import PLATFORMS, Features, mark_segments
from memory.queries.publicity import PUBLIC_PLATFORMS
from memory.queries.returns import find_returns
from veri.platform.connections.reading import fetch_rows

RECENT_ITEMS = 12
WEEKS = 12
LARGE = 100_000  # followers
ENDED = ("released", "paid", "closed")
_BRAND_MEMORIES = """
SELECT count(*) FROM memory_memory kept WHERE kept.creator_id = %s AND lower(kept.subject) = lower(%s)
  AND EXISTS (SELECT FROM memory_memoryevidence proof JOIN creators_interaction said ON said.id = proof.interaction_id
    WHERE proof.memory_id = kept.id AND said.platform = ANY(%s))"""


@dataclass(frozen=True, kw_only=True)
class KnownBefore:
    """The features of a collaboration, and the groups it counts in."""

    features: Features
    segments: dict[str, str]


def describe_collaboration(
    *, collaboration: Collaboration, fee_minor: int, relevance: float | None, now: datetime
) -> KnownBefore:
    """Return what is known now of a collaboration for a fee; ``relevance`` is how well brief and creator match."""
    campaign, creator_id = collaboration.campaign, collaboration.creator_id or 0
    pieces = _list_pieces(collaboration)
    platform = max((one for one in pieces if one in PLATFORMS), key=pieces.count, default="")
    figures = PlatformFigures.objects.filter(creator_id=creator_id, platform=platform).first()
    views = _find_views(creator_id, platform)
    fee = fee_minor / 10 ** count_digits(collaboration.currency)
    returns = find_returns(creator_ids=[creator_id], brand_id=campaign.brand_id, at=now).get(creator_id)
    features: Features = {
        "fee": fee,
        "fee_per_view": fee / views if views else None,
        "deliverables": float(len(pieces)) or None,
        "days": float((campaign.ends_on - now.date()).days),
        "exclusivity_days": float(campaign.exclusivity_days),
        "followers": _to_float(figures.followers) if figures else None,
        "engagement_rate": figures.rate if figures else None,
        "standing": _to_float(LatestScore.objects.filter(pk=creator_id).values_list("value", flat=True).first()),
        "items_per_week": _count_recent(creator_id, platform, now),
        "views": views,
        "brand_memories": _count_brand_memories(creator_id, campaign.brand.name),
        "earlier_collaborations": float(
            Collaboration.objects.filter(
                creator_id=creator_id, campaign__brand_id=campaign.brand_id, state__in=ENDED
            ).count()
        ),
        "earlier_return": returns[1] if returns else None,
        "relevance": relevance,
        **mark_segments(platform=platform, kind=campaign.kind),
    }
    size = "unknown" if features["followers"] is None else "large" if features["followers"] > LARGE else "small"
    return KnownBefore(
        features=features, segments={"platform": platform or "other", "kind": campaign.kind, "size": size}
    )


def _list_pieces(collaboration: Collaboration) -> Sequence[str]:
    """Return the platform of each deliverable: of the accepted terms, or of the brief."""
    offer = collaboration.accepted_offer
    planned = offer.terms.get("deliverables", []) if offer else collaboration.campaign.requirements
    return [str(one.get("platform", "")) for one in planned]


def _find_views(creator_id: int, platform: str) -> float | None:
    items = ContentItem.objects.filter(creator_id=creator_id, platform=platform).order_by("-published_at", "-id")
    known = [
        metrics["views"]
        for metrics in items.values_list("metrics", flat=True)[:RECENT_ITEMS]
        if isinstance(metrics.get("views"), int)
    ]
    return float(median(known)) if known else None


def _count_recent(creator_id: int, platform: str, now: datetime) -> float | None:
    items = ContentItem.objects.filter(creator_id=creator_id, platform=platform)
    if not items.exists():
        return None
    since = now - timedelta(weeks=WEEKS)
    return items.filter(published_at__gt=since, published_at__lte=now).count() / WEEKS


def _count_brand_memories(creator_id: int, brand: str) -> float:
    shared = sorted({*PUBLIC_PLATFORMS, "campaign"})
    return float(fetch_rows(_BRAND_MEMORIES, [creator_id, brand, shared])[0][0])


def _to_float(value: int | None) -> float | None:
    return None if value is None else float(value)
