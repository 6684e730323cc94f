"""Streaks, from days to a length: pure, and the same whatever the order the days became known in.

A day is the local date of an instant in the zone in force at that instant. gap = day - last day: 1 goes on, more spends
gap - 1 freezes if so many are held and starts again at 1 otherwise. A freeze is earned with every seventh day of a
streak, at most two are held, and it must have been obtained before the day it bridges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

EARNED_EVERY = 7
MOST_FREEZES = 2
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class ZoneSpan:
    """A zone in force since an instant; the first of a creator's spans since ever (None)."""

    zone: str
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StreakState:
    """What days say: the streak that ends with ``last_day``, the longest ever, and where freezes came and went."""

    length: int = 0
    longest: int = 0
    last_day: date | None = None
    freezes: int = 0
    earned: list[date] = field(default_factory=list)
    spent: list[date] = field(default_factory=list)


def find_day(*, at: datetime, spans: Sequence[ZoneSpan]) -> date:
    """Return the local date of an instant, in the zone in force then. ``spans`` are in order, the first since ever."""
    zone = next(span.zone for span in reversed(spans) if span.since is None or span.since <= at)
    return at.astimezone(ZoneInfo(zone)).date()


def find_next_midnight(*, at: datetime, zone: str) -> datetime:
    """Return the first instant of the next local day, where midnight may not exist (a clock set forward at 0:00)."""
    place = ZoneInfo(zone)
    tomorrow = at.astimezone(place).date() + DAY
    found = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=place)
    return found.astimezone(ZoneInfo("UTC"))


def list_skipped_days(*, spans: Sequence[ZoneSpan]) -> set[date]:
    """Return the days a creator never had because he went east across the date line: they cost no freeze."""
    skipped = set()
    for before, after in pairwise(spans):
        if after.since is None:
            continue
        last = (after.since - INSTANT).astimezone(ZoneInfo(before.zone)).date()
        first = after.since.astimezone(ZoneInfo(after.zone)).date()
        skipped |= set(_list_days(last + DAY, first))
    return skipped


def compute_streak(
    *, days: Iterable[date], granted: Iterable[date] = (), skipped: frozenset[date] = frozenset()
) -> StreakState:
    """Return the streak of days on which something was published.

    ``granted`` are the days staff gave a freeze on; like earned ones they bridge only what comes after them.
    """
    grants = sorted(granted)
    length = longest = freezes = 0
    last: date | None = None
    earned, spent = [], []
    for day in sorted(set(days)):
        missed = [one for one in _list_days(last + DAY, day) if one not in skipped] if last else []
        while grants and grants[0] <= (missed[0] if missed else day):
            grants.pop(0)
            freezes = min(MOST_FREEZES, freezes + 1)
        if last is not None and len(missed) <= freezes:
            freezes -= len(missed)
            spent += missed
            length += 1
        else:
            length = 1
        if length % EARNED_EVERY == 0 and freezes < MOST_FREEZES:
            freezes += 1
            earned.append(day)
        longest, last = max(longest, length), day
    freezes = min(MOST_FREEZES, freezes + len(grants))
    return StreakState(length=length, longest=longest, last_day=last, freezes=freezes, earned=earned, spent=spent)


def is_alive(*, last_day: date | None, today: date, freezes: int, skipped: frozenset[date] = frozenset()) -> bool:
    """Return whether publishing today would go on with the streak, with the freezes held."""
    if last_day is None:
        return False
    missed = [one for one in _list_days(last_day + DAY, today) if one not in skipped]
    return len(missed) <= freezes


def _list_days(first: date, end: date) -> list[date]:
    """Return the days from ``first`` up to, without, ``end``."""
    return [first + DAY * number for number in range((end - first).days)]
