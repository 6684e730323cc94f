"""SYNTHETIC campaign history: made up by the formula below, for tests and for trying the method. Nobody's data.

The logarithm of a return is a sum of a few effects, an effect of the platform that drifts through time, and noise with
heavy tails; a tenth of the figures is not known. A method that finds more than this formula holds has a leak.
"""

import math
import random
from datetime import UTC, datetime, timedelta

from memory.prediction.features import Example, mark_segments

NOISE = 0.45  # the least error that any method can reach is about 0.8 of it
OUTLIERS, UNKNOWN = 0.03, 0.1  # shares
LARGE = 100_000  # followers
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
PLATFORM_EFFECTS = {"youtube": 0.25, "tiktok": 0.1, "twitch": -0.05, "x": -0.3}
KIND_EFFECTS = {"sponsored_video": 0.15, "affiliate": 0.3, "ugc": 0.0, "live_stream": -0.1}


def make_history(*, examples: int, seed: int) -> list[Example]:
    """Return made-up examples, one after the other through some 600 days; the same seed gives the same ones."""
    chance = random.Random(seed)  # noqa: S311  made-up data
    return [_make(chance, BEGIN + timedelta(days=600 * place / examples)) for place in range(examples)]


def _make(chance: random.Random, agreed_at: datetime) -> Example:
    platform, kind = chance.choice(sorted(PLATFORM_EFFECTS)), chance.choice(sorted(KIND_EFFECTS))
    followers = math.exp(chance.gauss(11.0, 1.3))
    views = followers * min(1.5, math.exp(chance.gauss(-1.8, 0.6)))
    rate = min(0.25, math.exp(chance.gauss(-3.2, 0.5)))
    fee = max(50.0, views * 0.02 * math.exp(chance.gauss(0.0, 0.5)))
    relevance, earlier = chance.random(), chance.choice([0, 0, 0, 1, 2])
    days = (agreed_at - BEGIN).days
    target = (
        0.2
        - 0.5 * (math.log(fee / views) + 3.9)
        + 0.35 * (math.log(rate) + 3.2)
        + 0.6 * (relevance - 0.5)
        + 0.15 * earlier
        + PLATFORM_EFFECTS[platform] * (1 - days / 1200)
        + KIND_EFFECTS[kind]
        + chance.gauss(0.0, NOISE) * (3.0 if chance.random() < OUTLIERS else 1.0)
    )
    features = {
        "fee": fee,
        "fee_per_view": fee / views,
        "deliverables": float(chance.randint(1, 4)),
        "days": float(chance.randint(5, 60)),
        "exclusivity_days": float(chance.choice([0, 0, 30, 90])),
        "followers": followers,
        "engagement_rate": rate,
        "standing": min(100.0, max(0.0, 40 + 200 * rate + chance.gauss(0, 12))),
        "items_per_week": math.exp(chance.gauss(0.5, 0.6)),
        "views": views,
        "brand_memories": float(earlier * chance.randint(1, 5)),
        "earlier_collaborations": float(earlier),
        "earlier_return": None if not earlier else max(0.0, math.exp(target + chance.gauss(0, 0.5)) - 0.1),
        "relevance": relevance,
    }
    told = {name: None if chance.random() < UNKNOWN else value for name, value in features.items()}
    return Example(
        features={**told, **mark_segments(platform=platform, kind=kind)},
        segments={"platform": platform, "kind": kind, "size": "large" if followers > LARGE else "small"},
        agreed_at=agreed_at,
        known_at=agreed_at + timedelta(days=chance.randint(20, 60)),
        multiple=max(0.0, math.exp(target) - 0.1),
    )
