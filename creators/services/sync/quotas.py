"""Quotas of the platforms, counted in PostgreSQL before each call, so that all processes share them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from creators.clients.errors import QuotaExhausted
from creators.clients.records import Charge
from creators.enums import Platform
from creators.models import QuotaWindow

PACIFIC = ZoneInfo("America/Los_Angeles")
SCHEDULED_SHARE = 0.9  # the rest is for people who ask
MICRO = 1_000_000
Window = tuple[datetime, datetime]
_COUNT = """
INSERT INTO creators_quotawindow AS quota (platform, bucket, starts_at, ends_at, used, "limit")
SELECT %(platform)s, %(bucket)s, %(starts)s, %(ends)s, %(amount)s, %(limit)s WHERE %(amount)s <= %(allowed)s
ON CONFLICT ON CONSTRAINT quota_window_unique
DO UPDATE SET used = quota.used + EXCLUDED.used, "limit" = EXCLUDED."limit"
WHERE quota.used + EXCLUDED.used <= %(allowed)s
RETURNING used"""


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """So much within each window. Windows shorter than the platform's sliding one keep below it wherever it begins."""

    limit: int
    window: Callable[[datetime], Window]
    per_day: float


def get_buckets(*, x_monthly_budget: float | None = None) -> dict[tuple[str, str], Bucket]:
    """Return every bucket by platform and name.

    YouTube: 10,000 units from midnight to midnight, Pacific time. Twitch: 800 points in a sliding minute, so 400 in
    each of ours. TikTok: 600 calls of an endpoint in a sliding minute, which touches at most seven windows of
    ten seconds. X: the month's budget, in millionths of a dollar.
    """
    budget = settings.X_MONTHLY_BUDGET if x_monthly_budget is None else x_monthly_budget
    micro = int(budget * MICRO)
    tiktok = Bucket(limit=85, window=_cut(timedelta(seconds=10)), per_day=85 * 8_640)
    return {
        (Platform.YOUTUBE.value, "units"): Bucket(limit=10_000, window=find_pacific_day, per_day=10_000),
        (Platform.TWITCH.value, "points"): Bucket(limit=400, window=_cut(timedelta(minutes=1)), per_day=400 * 1_440),
        (Platform.X.value, "dollars"): Bucket(limit=micro, window=find_month, per_day=micro / 30.44),
        (Platform.TIKTOK.value, "user.info"): tiktok,
        (Platform.TIKTOK.value, "video.list"): tiktok,
        (Platform.TIKTOK.value, "video.query"): tiktok,
    }


def find_pacific_day(now: datetime) -> Window:
    """Return the day that holds an instant, of 23, 24 or 25 hours."""
    today = now.astimezone(PACIFIC).date()
    days = (today, today + timedelta(days=1))
    start, end = (datetime(day.year, day.month, day.day, tzinfo=PACIFIC).astimezone(UTC) for day in days)
    return start, end


def find_month(now: datetime) -> Window:
    start = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, (start + timedelta(days=32)).replace(day=1)


def _cut(length: timedelta) -> Callable[[datetime], Window]:
    seconds = int(length.total_seconds())

    def find(now: datetime) -> Window:
        start = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)
        return start, start + length

    return find


def charge(*, platform: str, charges: Sequence[Charge], now: datetime, share: float = 1.0) -> None:
    """Take amounts from their buckets, each in one statement; what does not fit takes nothing from its own.

    ``share`` is how much of each limit may be used by this caller. Hold no transaction: the count is shared at once.

    Raises:
        QuotaExhausted: ``retry_at`` is the end of the window.
    """
    buckets = get_buckets()
    for one in charges:
        bucket = buckets[platform, one.bucket]
        starts, ends = bucket.window(now)
        values: dict[str, Any] = {
            "platform": platform,
            "bucket": one.bucket,
            "starts": starts,
            "ends": ends,
            "amount": one.amount,
            "limit": bucket.limit,
            "allowed": int(bucket.limit * share),
        }
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_COUNT, values)
            is_counted = cursor.fetchone() is not None
        if not is_counted:
            raise QuotaExhausted(platform=platform, detail=one.bucket, retry_at=ends)


def give_back(*, platform: str, bucket: str, amount: int, now: datetime) -> None:
    """Return what was reserved and not used to the window that holds ``now``."""
    if amount <= 0:
        return
    starts, _ = get_buckets()[platform, bucket].window(now)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE creators_quotawindow SET used = GREATEST(0, used - %s)"
            " WHERE platform = %s AND bucket = %s AND starts_at = %s",
            [amount, platform, bucket, starts],
        )


def add_spent(*, platform: str, bucket: str, amount: int, now: datetime) -> None:
    """Count what was spent without being asked, as for events that came by themselves; the limit refuses nothing."""
    found = get_buckets()[platform, bucket]
    starts, ends = found.window(now)
    with transaction.atomic(durable=True):
        window, _ = QuotaWindow.objects.get_or_create(
            platform=platform, bucket=bucket, starts_at=starts, defaults={"ends_at": ends, "limit": found.limit}
        )
        QuotaWindow.objects.filter(pk=window.pk).update(used=F("used") + amount)


@transaction.atomic(durable=True)
def mark_exhausted(*, platform: str, charges: Sequence[Charge], now: datetime) -> None:
    """Believe a platform that says a quota is used up, so that nobody else asks before its window ends."""
    for one in charges:
        bucket = get_buckets()[platform, one.bucket]
        starts, ends = bucket.window(now)
        QuotaWindow.objects.update_or_create(
            platform=platform,
            bucket=one.bucket,
            starts_at=starts,
            defaults={"ends_at": ends, "used": bucket.limit, "limit": bucket.limit},
        )


@transaction.atomic(durable=True)
def remove_old_windows(*, now: datetime) -> int:
    """Delete the windows of minutes after a day, the others after a year."""
    short = [Platform.TWITCH, Platform.TIKTOK]
    deleted, _ = QuotaWindow.objects.filter(platform__in=short, ends_at__lt=now - timedelta(days=1)).delete()
    more, _ = QuotaWindow.objects.filter(ends_at__lt=now - timedelta(days=366)).delete()
    return deleted + more
