"""Keep streaks: note days, derive frozen ones, and compute the streak anew from all of them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from creators.enums import FreezeKind, StreakDayState
from creators.errors import ZoneChangedLately
from creators.models import Creator, FreezeEntry, Streak, StreakDay, User, ZoneChange
from creators.queries.games.streaks import find_zone_pause, list_zone_spans
from creators.services.games.points import NewPoints, award_points
from creators.services.locks import lock_streak
from creators.streak_rules import (
    StreakState,
    ZoneSpan,
    compute_streak,
    find_day,
    find_next_midnight,
    list_skipped_days,
)
from veri.platform.ops.services.audit import record_audit

REPAIRED_WITHIN = timedelta(hours=48)
FUTURE = timedelta(minutes=10)  # platforms' clocks differ from ours
DAY_POINTS = 10
STREAK_DAY = "streak_day"


@transaction.atomic(durable=True)
def record_active_days(*, creator_id: int, instants: Iterable[datetime], now: datetime) -> Streak | None:
    """Count the days of instants at which a creator published; return his streak, or None when nothing is new.

    What becomes known more than 48 hours late, or lies in the future, is no part of a streak. A day told of after its
    end is a repair. Each new day gives points once. The order in which days become known does not matter.
    """
    lock_streak(creator_id=creator_id)
    creator = Creator.objects.filter(pk=creator_id, is_active=True).first()
    if creator is None:
        return None
    spans = list_zone_spans(creator_id=creator_id, zone=creator.timezone)
    counted = [at for at in instants if now - REPAIRED_WITHIN <= at <= now + FUTURE]
    new = _store_days(creator_id, counted, spans, now)
    if not new:
        return None
    streak = _compute_anew(creator_id, spans, now)
    points = [
        NewPoints(creator_id=creator_id, cause_kind=STREAK_DAY, cause_id=day.isoformat(), points=DAY_POINTS, at=at)
        for day, at in new.items()
    ]
    award_points(entries=points, now=now)
    return streak


@transaction.atomic(durable=True)
def recompute_streak(*, creator_id: int, now: datetime) -> Streak:
    """Derive frozen days, freezes and the streak from the days anew; running it again changes nothing."""
    lock_streak(creator_id=creator_id)
    creator = Creator.objects.get(pk=creator_id)
    return _compute_anew(creator_id, list_zone_spans(creator_id=creator_id, zone=creator.timezone), now)


@transaction.atomic(durable=True)
def grant_freeze(*, creator: Creator, acting_user: User, reason: str, now: datetime) -> Streak:
    """Give a creator a freeze from today on, audited; a second one on the same day changes nothing."""
    lock_streak(creator_id=creator.pk)
    spans = list_zone_spans(creator_id=creator.pk, zone=creator.timezone)
    today = find_day(at=now, spans=spans)
    _, is_new = FreezeEntry.objects.get_or_create(
        creator=creator, kind=FreezeKind.GRANTED, day=today, defaults={"reason": reason, "recorded_at": now}
    )
    if is_new:
        record_audit(
            actor=acting_user, action="streak.freeze_granted", target=creator, reason=reason,
            after={"day": today.isoformat()}, now=now,
        )  # fmt: skip
    return _compute_anew(creator.pk, spans, now)


def note_zone_change(*, creator_id: int, zone_from: str, zone_to: str, now: datetime) -> None:
    """Count days in the new zone from the old one's next midnight, inside the caller's transaction.

    Raises:
        ZoneChangedLately: the zone was changed within 24 hours; a streak could else be stretched by travelling.
    """
    lock_streak(creator_id=creator_id)
    until = find_zone_pause(creator_id=creator_id, now=now)
    if until is not None:
        raise ZoneChangedLately(until=until)
    ZoneChange.objects.create(
        creator_id=creator_id,
        zone_from=zone_from,
        zone_to=zone_to,
        changed_at=now,
        effective_at=find_next_midnight(at=now, zone=zone_from),
    )


def _store_days(
    creator_id: int, instants: Sequence[datetime], spans: Sequence[ZoneSpan], now: datetime
) -> dict[date, datetime]:
    """Store the days that are new or were only frozen; return them with the first instant of each."""
    firsts: dict[date, datetime] = {}
    for at in sorted(instants):
        firsts.setdefault(find_day(at=at, spans=spans), at)
    held = StreakDay.objects.filter(creator_id=creator_id, day__in=list(firsts))
    known = set(held.exclude(state=StreakDayState.FROZEN).values_list("day", flat=True))
    new = {day: at for day, at in firsts.items() if day not in known}
    today = find_day(at=now, spans=spans)
    StreakDay.objects.bulk_create(
        (
            StreakDay(
                creator_id=creator_id,
                day=day,
                state=StreakDayState.REPAIRED if day < today else StreakDayState.ACTIVE,
                occurred_at=at,
                recorded_at=now,
            )
            for day, at in new.items()
        ),
        update_conflicts=True,
        unique_fields=["creator", "day"],
        update_fields=["state", "occurred_at", "recorded_at"],
    )
    return new


def _compute_anew(creator_id: int, spans: Sequence[ZoneSpan], now: datetime) -> Streak:
    days = StreakDay.objects.filter(creator_id=creator_id).exclude(state=StreakDayState.FROZEN)
    granted = FreezeEntry.objects.filter(creator_id=creator_id, kind=FreezeKind.GRANTED)
    state = compute_streak(
        days=days.values_list("day", flat=True),
        granted=granted.values_list("day", flat=True),
        skipped=frozenset(list_skipped_days(spans=spans)),
    )
    _align_frozen(creator_id, state, now)
    _align_freezes(creator_id, FreezeKind.EARNED, state.earned, now)
    _align_freezes(creator_id, FreezeKind.SPENT, state.spent, now)
    streak, _ = Streak.objects.update_or_create(
        creator_id=creator_id,
        defaults={
            "length": state.length,
            "longest": state.longest,
            "last_day": state.last_day,
            "freezes": state.freezes,
            "computed_at": now,
        },
    )
    return streak


def _align_frozen(creator_id: int, state: StreakState, now: datetime) -> None:
    held = StreakDay.objects.filter(creator_id=creator_id, state=StreakDayState.FROZEN)
    held.exclude(day__in=state.spent).delete()
    StreakDay.objects.bulk_create(
        (
            StreakDay(creator_id=creator_id, day=day, state=StreakDayState.FROZEN, recorded_at=now)
            for day in state.spent
        ),
        ignore_conflicts=True,
    )


def _align_freezes(creator_id: int, kind: FreezeKind, days: Sequence[date], now: datetime) -> None:
    FreezeEntry.objects.filter(creator_id=creator_id, kind=kind).exclude(day__in=days).delete()
    FreezeEntry.objects.bulk_create(
        (FreezeEntry(creator_id=creator_id, kind=kind, day=day, recorded_at=now) for day in days),
        ignore_conflicts=True,
    )
