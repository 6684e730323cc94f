"""Quotas, the planner, and a day of 10,000 creators by the same code."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from creators.clients.errors import QuotaExhausted
from creators.clients.records import Charge
from creators.models import QuotaWindow
from creators.services.sync.planning import BASE_INTERVALS, COSTS, find_interval, find_next_due
from creators.services.sync.quotas import (
    charge,
    find_month,
    find_pacific_day,
    get_buckets,
    give_back,
    remove_old_windows,
)
from creators.services.sync.simulating import simulate_day

NOW = datetime(2026, 11, 1, 12, 0, 30, tzinfo=UTC)
START = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)


def take(amount, *, platform="youtube", bucket="units", now=NOW, share=1.0):
    charge(platform=platform, charges=[Charge(bucket=bucket, amount=amount)], now=now, share=share)


@pytest.mark.parametrize(
    ("at", "hours"),
    [(datetime(2026, 11, 1, 12, tzinfo=UTC), 25), (datetime(2026, 3, 8, 12, tzinfo=UTC), 23), (START, 24)],
)
def test_youtubes_day_is_pacific(at, hours):
    starts, ends = find_pacific_day(at)
    assert (starts <= at < ends, (ends - starts) / timedelta(hours=1)) == (True, hours)


def test_month_ends_with_the_year():
    assert find_month(datetime(2026, 12, 31, 23, tzinfo=UTC)) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )


def test_window_takes_what_fits_and_not_a_unit_more(db):
    take(9_999)
    with pytest.raises(QuotaExhausted) as refusal:
        take(2)
    assert refusal.value.retry_at == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    take(1)
    take(5, now=refusal.value.retry_at)
    assert list(QuotaWindow.objects.order_by("starts_at").values_list("used", flat=True)) == [10_000, 5]


def test_scheduled_readings_leave_a_tenth_for_people(db):
    take(9_000, share=0.9)
    with pytest.raises(QuotaExhausted):
        take(1, share=0.9)
    take(1_000)
    assert QuotaWindow.objects.get().used == 10_000


def test_first_charge_larger_than_the_limit_is_refused(db):
    with pytest.raises(QuotaExhausted):
        take(401, platform="twitch", bucket="points")
    assert not QuotaWindow.objects.exists()


def test_sliding_minute_is_never_exceeded(db):
    """Whatever 60 seconds are looked at, TikTok's 600 calls hold, as a window of ours touches seven at most."""
    taken = []
    for second in range(0, 180, 2):
        at = NOW + timedelta(seconds=second)
        try:
            while True:
                take(17, platform="tiktok", bucket="video.list", now=at)
                taken.append((second, 17))
        except QuotaExhausted:
            continue
    assert max(sum(count for second, count in taken if start <= second < start + 60) for start in range(180)) <= 600
    assert (remove_old_windows(now=NOW + timedelta(days=2)), QuotaWindow.objects.count()) == (18, 0)


def test_what_was_not_used_comes_back(db):
    take(100)
    give_back(platform="youtube", bucket="units", amount=98, now=NOW)
    give_back(platform="youtube", bucket="units", amount=-5, now=NOW)
    assert QuotaWindow.objects.get().used == 2


@pytest.mark.parametrize("platform", sorted(COSTS))
def test_interval_grows_with_the_connections_and_keeps_the_quota(platform):
    buckets = get_buckets(x_monthly_budget=100)
    assert find_interval(platform=platform, connections=1, buckets=buckets) == BASE_INTERVALS[platform]
    count = 1_000_000
    interval = find_interval(platform=platform, connections=count, buckets=buckets)
    assert interval > BASE_INTERVALS[platform]
    if interval < timedelta(days=365):
        a_day = count * (timedelta(days=1) / interval)
        for name, amount in COSTS[platform].amounts.items():
            assert a_day * amount <= buckets[platform, name].per_day * 0.9 * 1.0001


def test_next_times_are_spread_around_the_interval():
    due = [find_next_due(connection_id=number, interval=timedelta(hours=10), now=NOW) - NOW for number in range(500)]
    assert min(due) >= timedelta(hours=9)
    assert max(due) <= timedelta(hours=11)
    assert len({int(one.total_seconds()) // 60 for one in due}) > 80


def test_ten_thousand_creators_fit_where_they_can():
    connections = {"youtube": 4_000, "twitch": 2_000, "x": 1_500, "tiktok": 2_500}
    found = {
        one.platform: one
        for one in simulate_day(connections=connections, buckets=get_buckets(x_monthly_budget=100), start=START)
    }
    assert {name: one.fits for name, one in found.items()} == {
        "youtube": True, "twitch": True, "x": False, "tiktok": True,
    }  # fmt: skip
    assert all(max(one.shares.values()) <= 0.95 for one in found.values())
    assert sum(one.waited for one in found.values()) == 0
    assert found["x"].dollars < 100 / 30 + 0.1


def test_command_prints_a_table_and_refuses_nonsense(capsys):
    call_command("simulate_sync", creators=100)
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[1].split()[:2]) == (9, ["youtube", "40"])
    for wrong in ({"creators": 0}, {"mix": "myspace=1"}, {"mix": "youtube"}, {"mix": "youtube=2"}):
        with pytest.raises(CommandError):
            call_command("simulate_sync", **wrong)
