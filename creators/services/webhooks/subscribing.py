"""Keep the subscriptions there should be: made, renewed, made anew when lost, ended with the connection."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from creators.clients.errors import PlatformError
from creators.clients.subscriptions import get_subscription_client
from creators.enums import ConnectionState, Platform, SubscriptionState
from creators.models import PlatformConnection, WebhookSubscription
from veri.platform.ops.services.notifications import queue_alert
from veri.platform.secrets.keys import SecretUnreadable

RENEW_BEFORE = timedelta(days=2)
CONFIRM_WITHIN = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=12)
AT_ONCE = 200
HOPELESS = 8  # failures, with waits of hours between them
SUBSCRIBED = (Platform.YOUTUBE, Platform.TWITCH, Platform.X)
logger = structlog.get_logger(__name__)


def keep_subscriptions(*, now: datetime, connection_id: int | None = None) -> int:
    """Bring a batch of subscriptions in line with the connections, or those of one; return how many were asked for.

    Running it at the same time twice asks for each once: whoever notes it first does it.
    """
    if not settings.PUBLIC_URL:
        return 0
    _note_wanted(_list_connections(connection_id), now)
    rows = WebhookSubscription.objects.select_related("connection")
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    rested = Q(retry_at=None) | Q(retry_at__lte=now)
    is_active = Q(connection__state=ConnectionState.ACTIVE, connection__token__isnull=False)
    over = rows.filter(rested | ~Q(state=SubscriptionState.REVOKED)).exclude(is_active)
    for row in over.order_by("pk")[:AT_ONCE]:
        _end(row, now)
    due = rows.filter(is_active & rested & _find_due(now))
    return sum(_ask(row, now) for row in due.order_by("pk")[:AT_ONCE])


def _list_connections(connection_id: int | None) -> QuerySet[PlatformConnection]:
    """Return active connections that have no subscriptions yet, or the one."""
    rows = PlatformConnection.objects.filter(
        state=ConnectionState.ACTIVE, platform__in=_list_platforms(), token__isnull=False
    )
    rows = rows.filter(pk=connection_id) if connection_id is not None else rows.filter(subscriptions=None)
    return rows.order_by("pk")[:AT_ONCE]


def _list_platforms() -> list[Platform]:
    """Return the platforms that can be asked; X needs credentials of the app for it that reading does not."""
    has_x = bool(settings.TWITTER_BEARER_TOKEN and settings.TWITTER_CONSUMER_SECRET)
    return [one for one in SUBSCRIBED if one != Platform.X or has_x]


@transaction.atomic(durable=True)
def _note_wanted(connections: Iterable[PlatformConnection], now: datetime) -> None:
    wanted = [
        WebhookSubscription(
            connection=connection, platform=connection.platform, type=one.type, created_at=now, updated_at=now
        )
        for connection in connections
        if (client := get_subscription_client(connection.platform))
        for one in client.wanted
        if not one.scope or one.scope in connection.scopes
    ]
    WebhookSubscription.objects.bulk_create(wanted, ignore_conflicts=True)


def _find_due(now: datetime) -> Q:
    lost = Q(state__in=[SubscriptionState.WANTED, SubscriptionState.FAILED, SubscriptionState.REVOKED])
    ending = Q(state=SubscriptionState.ENABLED, lease_expires_at__lte=now + RENEW_BEFORE)
    unconfirmed = Q(state=SubscriptionState.PENDING, updated_at__lte=now - CONFIRM_WITHIN)
    return lost | ending | unconfirmed


def _ask(row: WebhookSubscription, now: datetime) -> bool:
    """Ask for one subscription. Its secret is stored first: the platform may sign with it before it answers."""
    client = get_subscription_client(row.platform)
    secret = _reveal(row) if row.state == SubscriptionState.ENABLED else ""
    is_renewal = bool(secret)
    secret = secret or secrets.token_hex(32)
    if client is None or not _claim(row, secret, now):
        return False
    try:
        asked = client.subscribe(
            account_id=row.connection.account_id, type=row.type, callback=build_address(row), secret=secret, now=now
        )
    except PlatformError as failure:
        _note_failure(row, failure, now, SubscriptionState.ENABLED if is_renewal else SubscriptionState.FAILED)
        return False
    with transaction.atomic(durable=True):
        mine = WebhookSubscription.objects.filter(pk=row.pk)
        mine.update(remote_id=asked.remote_id[:200], cost=asked.cost, condition=asked.condition, failures=0, error="")
        # The handshake may have come in between: what it enabled stays enabled.
        if not is_renewal:
            mine.exclude(state=SubscriptionState.ENABLED).update(state=asked.state)
        mine.filter(state=SubscriptionState.ENABLED).update(retry_at=None)
    return True


def _reveal(row: WebhookSubscription) -> str:
    try:
        return row.secret.reveal() if row.secret else ""
    except SecretUnreadable:
        return ""


def _claim(row: WebhookSubscription, secret: str, now: datetime) -> bool:
    fields = {"secret": secret, "updated_at": now, "retry_at": now + CONFIRM_WITHIN}
    if row.platform == Platform.YOUTUBE:  # the hub's question names the topic, and comes before anything is returned
        from creators.clients.youtube.webhooks import TOPIC  # one platform's

        fields["remote_id"] = f"{TOPIC}{row.connection.account_id}"[:200]
    if row.state != SubscriptionState.ENABLED:
        fields["state"] = SubscriptionState.PENDING
    with transaction.atomic(durable=True):
        untouched = WebhookSubscription.objects.filter(pk=row.pk, state=row.state, updated_at=row.updated_at)
        return bool(untouched.filter(Q(retry_at=None) | Q(retry_at__lte=now)).update(**fields))


def _note_failure(row: WebhookSubscription, failure: PlatformError, now: datetime, state: SubscriptionState) -> None:
    wait = min(timedelta(minutes=5) * 2 ** min(row.failures, 10), LONGEST_WAIT)
    logger.warning("subscription_failed", platform=row.platform, type=row.type, code=failure.code)
    with transaction.atomic(durable=True):
        WebhookSubscription.objects.filter(pk=row.pk).update(
            state=state,
            failures=row.failures + 1,
            error=str(failure)[:200],
            retry_at=max(failure.retry_at or now, now + wait),
        )


def _end(row: WebhookSubscription, now: datetime) -> None:
    """End a subscription whose connection is gone. From now on nothing signed with its secret is believed."""
    client = get_subscription_client(row.platform)
    with transaction.atomic(durable=True):
        WebhookSubscription.objects.filter(pk=row.pk).update(state=SubscriptionState.REVOKED, updated_at=now)
    try:
        if client and row.remote_id:
            client.unsubscribe(remote_id=row.remote_id, callback=build_address(row), secret=_reveal(row), now=now)
    except PlatformError as failure:
        if row.failures < HOPELESS:
            _note_failure(row, failure, now, SubscriptionState.REVOKED)
            return
    with transaction.atomic(durable=True):
        WebhookSubscription.objects.filter(pk=row.pk).delete()


def repair_subscriptions(*, now: datetime) -> int:
    """Compare with what platforms say they send; what they lost is made anew. Return how many were lost.

    A callback a platform holds for invalid is checked again, with a notice to staff.

    What they send and nobody here knows is ended, unless something was asked for within the hour.
    """
    for platform in SUBSCRIBED:
        _check_callback(platform, now)
    return sum(_repair(platform, now) for platform in SUBSCRIBED)


def _check_callback(platform: Platform, now: datetime) -> None:
    """Raise the alarm when a platform does not believe our callback any more: it sends nothing then."""
    client = get_subscription_client(platform)
    has_any = WebhookSubscription.objects.filter(platform=platform).exists()
    if client is None or client.check_callback is None or not has_any:
        return
    try:
        is_valid = client.check_callback(callback=f"{settings.PUBLIC_URL}/webhooks/{platform.value}", now=now)
    except PlatformError as failure:
        logger.warning("callback_not_checked", platform=platform, code=failure.code)
        return
    if not is_valid:
        with transaction.atomic(durable=True):
            queue_alert(
                subject=f"{platform.label} holds Veri's webhook for invalid",
                body="Its check was asked for again. See docs/runbooks/connections.md.",
                now=now,
                dedup_key=f"webhook-invalid:{platform.value}:{now:%Y-%m-%d}",
            )


def _repair(platform: Platform, now: datetime) -> int:
    client = get_subscription_client(platform)
    rows = WebhookSubscription.objects.filter(platform=platform)
    if client is None or client.list_remote is None or not rows.exists():
        return 0
    is_quiet = not rows.filter(updated_at__gt=now - CONFIRM_WITHIN).exists()
    try:
        there = client.list_remote(now=now)
        for remote_id in there - set(rows.values_list("remote_id", flat=True)) if is_quiet else ():
            client.unsubscribe(remote_id=remote_id, callback="", secret="", now=now)
    except PlatformError as failure:
        logger.warning("subscriptions_not_compared", platform=platform, code=failure.code)
        return 0
    settled = rows.filter(state=SubscriptionState.ENABLED, updated_at__lte=now - CONFIRM_WITHIN)
    with transaction.atomic(durable=True):
        return settled.exclude(remote_id__in=there).update(
            state=SubscriptionState.FAILED, error="lost by the platform", retry_at=None
        )


def build_address(row: WebhookSubscription) -> str:
    """Return where a subscription's events go: its number finds the secret they are signed with."""
    return f"{settings.PUBLIC_URL}/webhooks/{row.platform}?subscription={row.pk}"
