"""What the creators app contributes to ``/metrics`` and ``/health/deep``."""

from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from creators.enums import ConnectionState, WebhookState
from creators.models import (
    Creator,
    Interaction,
    PlatformConnection,
    QuotaWindow,
    SyncPlan,
    WebhookDelivery,
    WebhookSubscription,
)
from veri.platform.observability.registry import register_gauge
from veri.platform.ops.registry import CheckResult, register_deep_check

ACTIVE_WITHIN = timedelta(days=30)
LONGEST_UNPROCESSED = timedelta(minutes=10)
LONGEST_OVERDUE = timedelta(hours=2)
MOST_LOST = 0.05


def _count_active() -> int:
    recent = Interaction.objects.filter(received_at__gte=timezone.now() - ACTIVE_WITHIN)
    return Creator.objects.filter(pk__in=recent.values("creator")).count()


def _count_connections() -> dict[tuple[str, ...], float]:
    rows = PlatformConnection.objects.values_list("platform", "state").annotate(Count("pk"))
    return {(platform, state): float(count) for platform, state, count in rows}


def _count_subscriptions() -> dict[tuple[str, ...], float]:
    rows = WebhookSubscription.objects.values_list("platform", "state").annotate(Count("pk"))
    return {(platform, state): float(count) for platform, state, count in rows}


def _measure_quotas() -> dict[tuple[str, ...], float]:
    now = timezone.now()
    windows = QuotaWindow.objects.filter(starts_at__lte=now, ends_at__gt=now, limit__gt=0)
    return {(one.platform, one.bucket): one.used / one.limit for one in windows}


def _check_webhooks() -> CheckResult:
    """Look for deliveries nobody processed, and for subscriptions that could not be made."""
    oldest = WebhookDelivery.objects.filter(state=WebhookState.PENDING).aggregate(oldest=Min("received_at"))["oldest"]
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    total = WebhookSubscription.objects.count()
    failing = WebhookSubscription.objects.filter(failures__gte=3).count()
    is_ok = seconds <= LONGEST_UNPROCESSED.total_seconds() and failing <= max(1, MOST_LOST * total)
    return CheckResult(ok=is_ok, detail={"oldest_seconds": seconds, "failing": failing, "subscriptions": total})


def _check_reading() -> CheckResult:
    """Look for connections that are due and that nobody reads; those told to wait are not late."""
    now = timezone.now()
    rested = Q(backoff_until=None) | Q(backoff_until__lte=now)
    active = SyncPlan.objects.filter(rested, connection__state=ConnectionState.ACTIVE)
    late = active.filter(next_due_at__lt=now - LONGEST_OVERDUE).count()
    failing = active.filter(failures__gte=3).count()
    return CheckResult(ok=not late, detail={"late": late, "failing": failing})


def register_metrics() -> None:
    register_gauge(name="veri_active_creators_total", read=_count_active)
    register_gauge(
        name="veri_connections",
        read=_count_connections,
        labels=["platform", "state"],
        documentation="Platform connections.",
    )
    register_gauge(
        name="veri_webhook_subscriptions",
        read=_count_subscriptions,
        labels=["platform", "state"],
        documentation="Webhook subscriptions as wanted and as they are.",
    )
    register_gauge(
        name="veri_platform_quota_used",
        read=_measure_quotas,
        labels=["platform", "bucket"],
        documentation="Share of a platform's quota used in the present window.",
    )
    register_deep_check(name="webhooks", check=_check_webhooks)
    register_deep_check(name="platform_reading", check=_check_reading)
