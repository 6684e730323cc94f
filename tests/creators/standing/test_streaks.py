"""Streaks: days in the creator's zone, freezes, late repair, zone changes, and points once."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creators.models import FreezeEntry, PointEntry, Streak, StreakDay, ZoneChange
from creators.queries.games.streaks import find_streak
from creators.services.creators import update_creator
from creators.services.games.streaks import grant_freeze, recompute_streak, record_active_days
from creators.streak_rules import DAY, ZoneSpan, compute_streak, find_day, find_next_midnight, list_skipped_days
from tests.creators.conftest import NOW

START = date(2026, 11, 1)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-03-08T06:59:59", "America/New_York", "2026-03-08"),  # a day of 23 hours: the last second of EST
        ("2026-03-09T03:59:59", "America/New_York", "2026-03-08"),  # its last second
        ("2026-03-09T04:00:00", "America/New_York", "2026-03-09"),
        ("2026-11-01T05:30:00", "America/New_York", "2026-11-01"),  # the first 1:30 of a day of 25 hours
        ("2026-11-01T06:30:00", "America/New_York", "2026-11-01"),  # the second 1:30
        ("2026-11-02T04:59:59", "America/New_York", "2026-11-01"),
        ("2026-10-24T22:59:59", "Europe/Lisbon", "2026-10-24"),
        ("2026-10-26T00:00:00", "Europe/Lisbon", "2026-10-26"),
        ("2026-04-23T21:59:59", "Africa/Cairo", "2026-04-23"),
        ("2026-04-23T22:00:00", "Africa/Cairo", "2026-04-24"),  # midnight itself is skipped there
    ],
)
def test_day_is_the_local_date_of_the_instant(at, zone, day):
    assert find_day(at=instant(at), spans=[ZoneSpan(zone=zone)]) == date.fromisoformat(day)


def days(*numbers: int) -> list[date]:
    return [START + DAY * number for number in numbers]


def test_gaps_spend_freezes_that_were_earned_before_or_start_again():
    assert compute_streak(days=days(0, 1, 2)).length == 3
    assert compute_streak(days=days(0, 1, 3)).length == 1
    state = compute_streak(days=days(*range(7), 8))
    assert (state.length, state.freezes, state.earned, state.spent) == (8, 0, days(6), days(7))
    two = compute_streak(days=days(*range(14), 16))
    assert (two.length, two.freezes, two.spent) == (15, 0, days(14, 15))
    assert compute_streak(days=days(*range(14), 17)).length == 1
    assert compute_streak(days=days(*range(30))).freezes == 2
    assert compute_streak(days=days(0, 2), granted=days(0)).spent == days(1)
    assert compute_streak(days=days(0, 2), granted=days(2)).length == 1


@given(st.sets(st.integers(0, 60), min_size=1, max_size=40))
def test_frozen_days_keep_and_never_add(numbers):
    state = compute_streak(days=days(*numbers))
    assert state.longest <= len(numbers)
    assert 0 <= state.freezes <= 2
    assert not set(state.spent) & set(days(*numbers))
    assert len(state.spent) + state.freezes == len(state.earned)


def test_days_in_any_order_give_one_streak_and_points_once(creator):
    instants = [NOW - DAY, NOW - timedelta(hours=30), NOW]
    for order in permutations(instants):
        for at in order:
            record_active_days(creator_id=creator.pk, instants=[at], now=NOW)
    streak = Streak.objects.get()
    assert (streak.length, streak.longest, streak.last_day) == (2, 2, NOW.date())
    assert list(StreakDay.objects.order_by("day").values_list("state", flat=True)) == ["repaired", "active"]
    assert PointEntry.objects.filter(cause_kind="streak_day").count() == 2
    before = list(StreakDay.objects.values_list("day", "state"))
    assert recompute_streak(creator_id=creator.pk, now=NOW).length == 2
    assert list(StreakDay.objects.values_list("day", "state")) == before


def record(creator, *numbers: int) -> None:
    """Publish at noon of days of November, each told of at once."""
    for number in numbers:
        at = NOW + DAY * number
        record_active_days(creator_id=creator.pk, instants=[at], now=at)


def test_late_word_within_two_days_repairs_and_returns_the_freeze(creator):
    record(creator, *range(7), 8)
    assert list(StreakDay.objects.filter(state="frozen").values_list("day", flat=True)) == days(7)
    assert list(FreezeEntry.objects.values_list("kind", "day").order_by("kind")) == [
        ("earned", days(6)[0]),
        ("spent", days(7)[0]),
    ]
    record_active_days(creator_id=creator.pk, instants=[NOW + 7 * DAY], now=NOW + 8 * DAY)
    assert StreakDay.objects.get(day=days(7)[0]).state == "repaired"
    streak = Streak.objects.get()
    assert (streak.length, streak.freezes) == (9, 1)
    assert not FreezeEntry.objects.filter(kind="spent").exists()


def test_word_after_two_days_or_from_the_future_counts_nothing(creator):
    record(creator, 0)
    for at in (NOW + DAY, NOW + 5 * DAY):
        assert (
            record_active_days(creator_id=creator.pk, instants=[at], now=NOW + 3 * DAY + timedelta(minutes=1)) is None
        )
    assert StreakDay.objects.count() == PointEntry.objects.count() == 1


def test_streak_breaks_when_the_missed_days_exceed_the_freezes(creator, owner):
    record(creator, 0, 1)
    assert find_streak(creator=creator, now=NOW + 2 * DAY).length == 2
    assert find_streak(creator=creator, now=NOW + 3 * DAY).length == 0
    grant_freeze(creator=creator, acting_user=owner, reason="our outage", now=NOW + DAY)
    view = find_streak(creator=creator, now=NOW + 3 * DAY)
    assert (view.length, view.freezes, view.is_alive, view.is_done_today) == (2, 1, True, False)
    record(creator, 3)
    assert Streak.objects.get().length == 3


def test_new_zone_counts_from_the_next_local_day_and_once_in_a_day(creator, owner, client):
    update_creator(creator=creator, acting_user=owner, now=NOW, timezone="Pacific/Auckland")
    change = ZoneChange.objects.get()
    assert (change.zone_from, change.effective_at) == ("UTC", instant("2026-11-02T00:00:00"))
    response = client.patch("/api/v1/creators/lumenkitchen", {"timezone": "Asia/Tokyo"}, format="json")
    # The API's clock is the real one: more than a day after the frozen NOW, so this one is allowed, the next is not.
    assert response.status_code == 200
    refused = client.patch("/api/v1/creators/lumenkitchen", {"timezone": "UTC"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/timezone")
    creator.refresh_from_db()
    assert (creator.timezone, ZoneChange.objects.count()) == ("Asia/Tokyo", 2)


def test_midnight_that_does_not_exist_is_the_first_instant_of_the_day():
    assert find_next_midnight(at=instant("2026-04-23T12:00:00"), zone="Africa/Cairo") == instant("2026-04-23T22:00:00")


def test_travel_west_repeats_a_day_and_east_skips_one_without_cost():
    west = [ZoneSpan(zone="Asia/Tokyo"), ZoneSpan(zone="America/Los_Angeles", since=instant("2026-11-01T15:00:00"))]
    assert find_day(at=instant("2026-11-01T14:59:59"), spans=west) == date(2026, 11, 1)
    assert find_day(at=instant("2026-11-01T15:00:00"), spans=west) == date(2026, 11, 1)
    assert list_skipped_days(spans=west) == set()
    since = find_next_midnight(at=instant("2026-11-01T12:00:00"), zone="Pacific/Pago_Pago")
    east = [ZoneSpan(zone="Pacific/Pago_Pago"), ZoneSpan(zone="Pacific/Auckland", since=since)]
    assert list_skipped_days(spans=east) == {date(2026, 11, 2)}
    both = [date(2026, 11, 1), date(2026, 11, 3)]
    assert compute_streak(days=both, skipped=frozenset(list_skipped_days(spans=east))).length == 2
