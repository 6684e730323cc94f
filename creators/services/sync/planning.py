"""How often a connection can be read: as often as is useful, and no more often than the quotas allow. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from creators.enums import Platform
from creators.services.sync.quotas import SCHEDULED_SHARE, Bucket

DAY = timedelta(days=1)
LONGEST = timedelta(days=365)
# Useful at most: webhooks tell of new content within minutes, reading is for counters and for what got lost.
BASE_INTERVALS = {
    Platform.YOUTUBE.value: DAY,
    Platform.TWITCH.value: timedelta(hours=6),
    Platform.X.value: DAY,
    Platform.TIKTOK.value: timedelta(hours=12),
}
# Items whose counters are read again each time: half the newest, half those not read for longest.
LOOKED_UP = {
    Platform.YOUTUBE.value: 50,
    Platform.TWITCH.value: 100,
    Platform.X.value: 20,
    Platform.TIKTOK.value: 20,
}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What reading a connection once takes on average: calls, and amounts by bucket."""

    calls: float
    amounts: Mapping[str, float]


# A listing is read when something changed, taken as every second time; X's lists hold two new posts then. Fifty of
# YouTube's channels are read by one call.
COSTS = {
    Platform.YOUTUBE.value: Cost(calls=2.02, amounts={"units": 1 / 50 + 0.5 * 2 + 1}),
    Platform.TWITCH.value: Cost(calls=3.5, amounts={"points": 2 + 0.5 * 1 + 1}),
    Platform.X.value: Cost(calls=2.5, amounts={"dollars": 10_000 + 0.5 * 2 * 5_000 + 20 * 5_000}),
    Platform.TIKTOK.value: Cost(calls=2.5, amounts={"user.info": 1, "video.list": 0.5, "video.query": 1}),
}


def find_interval(*, platform: str, connections: int, buckets: Mapping[tuple[str, str], Bucket]) -> timedelta:
    """Return the time between two readings of a connection, when so many share the platform's quotas."""
    needed = [
        connections * amount / max(buckets[platform, name].per_day * SCHEDULED_SHARE, 1e-9)
        for name, amount in COSTS[platform].amounts.items()
    ]
    return min(max(BASE_INTERVALS[platform], max(needed) * DAY), LONGEST)


def find_next_due(*, connection_id: int, interval: timedelta, now: datetime) -> datetime:
    """Return when to read next: an interval later, give or take a tenth, so that what began together drifts apart."""
    word = f"{connection_id}:{int(now.timestamp())}".encode()
    share = int.from_bytes(hashlib.blake2b(word, digest_size=4).digest()) / 2**32
    return now + interval * (0.9 + 0.2 * share)
