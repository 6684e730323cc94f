"""What a campaign's return is predicted from: figures known before it began, in the scale the model sees.

A figure that is not known is None, never zero; the model puts the training's median in its place and is told so.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Features = Mapping[str, float | None]
PLATFORMS = ("youtube", "twitch", "x", "tiktok")
KINDS = ("sponsored_video", "ugc", "live_stream", "affiliate")

# Every feature in the words a brand reads beside its effect.
DESCRIPTIONS = {
    "fee": "the fee",
    "fee_per_view": "the fee for a view of a typical item",
    "deliverables": "how many pieces are delivered",
    "days": "the days from agreement to publication",
    "exclusivity_days": "the days of exclusivity",
    "followers": "the creator's followers",
    "engagement_rate": "likes and comments for a view",
    "standing": "the creator's VeriScore",
    "items_per_week": "how often the creator publishes",
    "views": "views of a typical recent item",
    "brand_memories": "what is remembered of this brand",
    "earlier_collaborations": "earlier collaborations of the two",
    "earlier_return": "the return of the creator's earlier collaborations",
    "relevance": "how well brief and creator match",
    **{f"on_{name}": f"published on {name}" for name in PLATFORMS},
    **{f"is_{name}": f"a campaign of kind {name.replace('_', ' ')}" for name in KINDS},
}
NAMES = tuple(DESCRIPTIONS)
_LOGARITHMIC = frozenset({"fee", "fee_per_view", "followers", "views", "brand_memories", "earlier_return"})
_OFFSET = 0.1  # of a return: a campaign that brought nothing has a logarithm too


@dataclass(frozen=True, kw_only=True)
class Example:
    """A collaboration as it was seen when it was agreed on, and what became of it.

    ``multiple`` is attributed revenue by all that the brand paid; ``segments`` are named groups such as
    ``{"platform": "youtube"}``; ``known_at`` is when the outcome could be learnt from.
    """

    features: Features
    segments: Mapping[str, str]
    agreed_at: datetime
    known_at: datetime
    multiple: float


def scale(name: str, value: float | None) -> float | None:
    """Return a feature as the model sees it: what spans magnitudes as log(1 + value); None stays None."""
    if value is None or not math.isfinite(value):
        return None
    return math.log1p(max(value, 0.0)) if name in _LOGARITHMIC else value


def to_target(multiple: float) -> float:
    """Return log(multiple + 0.1), in which errors are proportions."""
    return math.log(max(multiple, 0.0) + _OFFSET)


def to_multiple(target: float) -> float:
    """Return the multiple of a target; see ``to_target``."""
    return max(0.0, math.exp(target) - _OFFSET)


def mark_segments(*, platform: str, kind: str) -> dict[str, float | None]:
    """Return the features that say where something is published, and what it is."""
    places = {f"on_{name}": float(name == platform) for name in PLATFORMS}
    return {**places, **{f"is_{name}": float(name == kind) for name in KINDS}}
