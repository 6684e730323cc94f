"""Reads of streaks: the zones days are counted in, the present streak, a month's calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from creators.models import Creator, Streak, StreakDay, ZoneChange
from creators.streak_rules import ZoneSpan, find_day, is_alive, list_skipped_days

ZONE_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class StreakView:
    """A creator's streak today. ``length`` is 0 when it broke; ``is_done_today`` says whether today counts already."""

    today: date
    zone: str
    length: int
    longest: int
    last_day: date | None
    freezes: int
    is_alive: bool
    is_done_today: bool


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A month: the days that count, and the streak."""

    first: date
    end: date
    days: list[StreakDay]
    streak: StreakView


def list_zone_spans(*, creator_id: int, zone: str) -> list[ZoneSpan]:
    """Return the zones of a creator in order; ``zone`` is his present one."""
    changes = list(ZoneChange.objects.filter(creator_id=creator_id).order_by("effective_at", "pk"))
    if not changes:
        return [ZoneSpan(zone=zone)]
    first = ZoneSpan(zone=changes[0].zone_from)
    return [first, *(ZoneSpan(zone=one.zone_to, since=one.effective_at) for one in changes)]


def find_zone_pause(*, creator_id: int, now: datetime) -> datetime | None:
    """Return until when a creator's zone may not be changed again; None when it may."""
    latest = ZoneChange.objects.filter(creator_id=creator_id).order_by("-changed_at").first()
    until = latest.changed_at + ZONE_PAUSE if latest else None
    return until if until is not None and now < until else None


def find_streak(*, creator: Creator, now: datetime) -> StreakView:
    spans = list_zone_spans(creator_id=creator.pk, zone=creator.timezone)
    held = Streak.objects.filter(creator=creator).first() or Streak(creator=creator)
    today = find_day(at=now, spans=spans)
    skipped = frozenset(list_skipped_days(spans=spans))
    alive = is_alive(last_day=held.last_day, today=today, freezes=held.freezes, skipped=skipped)
    zone = next(span.zone for span in reversed(spans) if span.since is None or span.since <= now)
    return StreakView(
        today=today,
        zone=zone,
        length=held.length if alive else 0,
        longest=held.longest,
        last_day=held.last_day,
        freezes=held.freezes,
        is_alive=alive,
        is_done_today=held.last_day is not None and held.last_day >= today,
    )


def find_calendar(*, creator: Creator, first: date, end: date, now: datetime) -> Calendar:
    """Return the days of [first, end)."""
    days = list(StreakDay.objects.filter(creator=creator, day__gte=first, day__lt=end).order_by("day"))
    return Calendar(first=first, end=end, days=days, streak=find_streak(creator=creator, now=now))
