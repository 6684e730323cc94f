"""A day of readings, minute by minute, with the real planner and the real limits; nobody is asked. Pure."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from creators.enums import Platform
from creators.services.sync.planning import BASE_INTERVALS, COSTS, find_interval, find_next_due
from creators.services.sync.quotas import MICRO, SCHEDULED_SHARE, Bucket

DAY = timedelta(days=1)
DEFAULT_MIX = {
    Platform.YOUTUBE.value: 0.40,
    Platform.TWITCH.value: 0.20,
    Platform.X.value: 0.15,
    Platform.TIKTOK.value: 0.25,
}


@dataclass(frozen=True, kw_only=True)
class SimulatedPlatform:
    """What a day came to. ``shares`` are of each bucket's limit over the day; ``waited`` had to be put off."""

    platform: str
    connections: int
    interval: timedelta
    readings: int
    calls: float
    amounts: Mapping[str, float]
    shares: Mapping[str, float]
    waited: int
    busiest_minute: int

    @property
    def dollars(self) -> float:
        return self.amounts.get("dollars", 0.0) / MICRO

    @property
    def fits(self) -> bool:
        """Tell whether every connection is read as often as is useful."""
        return self.interval <= BASE_INTERVALS[self.platform]


@dataclass
class _Book:
    """Windows as the database counts them."""

    buckets: Mapping[tuple[str, str], Bucket]
    used: dict[tuple[str, str, datetime], float] = field(default_factory=dict)

    def take(self, platform: str, now: datetime) -> datetime | None:
        """Take a reading's cost from all its buckets, or none; return when to try again if one is full."""
        places = []
        for name, amount in COSTS[platform].amounts.items():
            bucket = self.buckets[platform, name]
            starts, ends = bucket.window(now)
            place = (platform, name, starts)
            if self.used.get(place, 0.0) + amount > bucket.limit * SCHEDULED_SHARE:
                return ends
            places.append((place, amount))
        for place, amount in places:
            self.used[place] = self.used.get(place, 0.0) + amount
        return None


def simulate_day(
    *, connections: Mapping[str, int], buckets: Mapping[tuple[str, str], Bucket], start: datetime
) -> list[SimulatedPlatform]:
    """Return what reading so many connections of each platform takes in a day of steady work.

    Readings begin spread over their interval, as they are after the first one; each then plans its next.
    """
    return [_simulate(platform, count, buckets, start) for platform, count in connections.items() if platform in COSTS]


def _simulate(
    platform: str, count: int, buckets: Mapping[tuple[str, str], Bucket], start: datetime
) -> SimulatedPlatform:
    interval = find_interval(platform=platform, connections=count, buckets=buckets)
    book = _Book(buckets=buckets)
    due = [(start + interval * (number / count), number) for number in range(count)]
    heapq.heapify(due)
    readings = waited = 0
    minutes: dict[int, int] = {}
    while due and due[0][0] < start + DAY:
        at, number = heapq.heappop(due)
        if again := book.take(platform, at):
            waited += 1
            heapq.heappush(due, (again, number))
            continue
        readings += 1
        minute = int((at - start).total_seconds() // 60)
        minutes[minute] = minutes.get(minute, 0) + 1
        heapq.heappush(due, (find_next_due(connection_id=number, interval=interval, now=at), number))
    cost = COSTS[platform]
    amounts = {name: readings * amount for name, amount in cost.amounts.items()}
    return SimulatedPlatform(
        platform=platform,
        connections=count,
        interval=interval,
        readings=readings,
        calls=readings * cost.calls,
        amounts=amounts,
        shares={name: amount / max(buckets[platform, name].per_day, 1e-9) for name, amount in amounts.items()},
        waited=waited,
        busiest_minute=max(minutes.values(), default=0),
    )
