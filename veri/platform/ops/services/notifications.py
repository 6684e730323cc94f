"""Queue notices in the transaction of their cause, claim them, settle them."""

import json
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from veri.platform.ops.enums import Channel, NotificationState
from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.models import Notification

MAX_ATTEMPTS = 8
BATCH = 20
LEASE = timedelta(minutes=3)
FIRST_DELAY_SECONDS = 30
LONGEST_DELAY_SECONDS = 3600
_SAID = {"sealed": "", "recipient": ""}  # of a mail to a person nothing is kept but that there was one


def queue_notification(
    *, channel: Channel, recipient: str, subject: str, body: str, now: datetime, dedup_key: str = ""
) -> bool:
    """Queue one notice; return False when an open one with the same key and recipient says it already.

    Raises:
        TransactionRequired: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="a notice")
    notice = Notification(
        channel=channel,
        recipient=recipient,
        subject=" ".join(subject.split())[:200],  # a header must not hold line breaks
        body=body,
        dedup_key=dedup_key,
        created_at=now,
        next_attempt_at=now,
    )
    fields = {"dedup_key": dedup_key, "channel": channel, "recipient": recipient}
    with transaction.atomic():
        Notification.objects.bulk_create([notice], ignore_conflicts=True)
    queued = not dedup_key or Notification.objects.filter(**fields, created_at=now).exists()
    if queued:
        transaction.on_commit(_request_delivery, robust=True)
    return queued


def queue_mail(*, recipient: str, subject: str, text: str, html: str, now: datetime) -> None:
    """Queue a mail to a person; its words are sealed, and gone once it was delivered or given up.

    Raises:
        TransactionRequired: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="a mail")
    Notification.objects.create(
        channel=Channel.EMAIL,
        recipient=recipient,
        subject=" ".join(subject.split())[:200],
        sealed=json.dumps({"text": text, "html": html}),
        created_at=now,
        next_attempt_at=now,
    )
    transaction.on_commit(_request_delivery, robust=True)


def queue_alert(*, subject: str, body: str, now: datetime, dedup_key: str = "") -> int:
    """Queue a notice to everybody configured (``ALERT_EMAILS``, ``ALERT_WEBHOOK_URL``); return how many were new."""
    targets = [(Channel.EMAIL, address) for address in settings.ALERT_EMAILS]
    if settings.ALERT_WEBHOOK_URL:
        targets.append((Channel.WEBHOOK, settings.ALERT_WEBHOOK_URL))
    return sum(
        queue_notification(
            channel=channel, recipient=recipient, subject=subject, body=body, dedup_key=dedup_key, now=now
        )
        for channel, recipient in targets
    )


def claim_notifications(*, now: datetime, limit: int = BATCH) -> list[Notification]:
    """Claim due notices for ``LEASE``; concurrent callers never get the same one while its lease lasts."""
    due = Q(state__in=[NotificationState.PENDING, NotificationState.FAILED], next_attempt_at__lte=now)
    abandoned = Q(state=NotificationState.SENDING, lease_until__lt=now)
    with transaction.atomic():
        rows = Notification.objects.select_for_update(skip_locked=True).filter(due | abandoned)
        claimed = list(rows.order_by("next_attempt_at", "id")[:limit])
        Notification.objects.filter(pk__in=[row.pk for row in claimed]).update(
            state=NotificationState.SENDING, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    for row in claimed:
        row.state, row.lease_until, row.attempts = NotificationState.SENDING, now + LEASE, row.attempts + 1
    return claimed


def settle_sent(*, notification: Notification, now: datetime) -> bool:
    """Mark a notice sent; return whether the claim was still ours."""
    kept = _SAID if notification.sealed else {}
    return _settle(notification, state=NotificationState.SENT, sent_at=now, last_error="", **kept)


def settle_failed(*, notification: Notification, error: str, now: datetime) -> bool:
    """Schedule the next attempt, or give up after ``MAX_ATTEMPTS``; return whether the claim was still ours."""
    dead = notification.attempts >= MAX_ATTEMPTS
    return _settle(
        notification,
        state=NotificationState.DEAD if dead else NotificationState.FAILED,
        next_attempt_at=now + compute_delay(attempts=notification.attempts),
        # A mail server's refusal quotes the address: of a mail to a person only the kind of failure is kept.
        last_error=error.partition(":")[0] if notification.sealed else error[:1000],
        **(_SAID if dead and notification.sealed else {}),
    )


def compute_delay(*, attempts: int) -> timedelta:
    """Return the wait after the given attempt: doubling, at most an hour, with half of it random."""
    longest = min(FIRST_DELAY_SECONDS * 2 ** (attempts - 1), LONGEST_DELAY_SECONDS)
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))  # noqa: S311  spreads load, guards nothing


def retry_notifications(*, notification_ids: list[int], now: datetime) -> int:
    """Give failed and dead notices a fresh start; return how many. An open twin blocks a dead notice."""
    done = 0
    for row in Notification.objects.filter(
        Q(body__gt="") | Q(sealed__gt=""),  # the words of a mail that was given up are gone
        pk__in=notification_ids,
        state__in=[NotificationState.DEAD, NotificationState.FAILED],
    ):
        open_twin = Notification.objects.filter(
            ~Q(dedup_key=""),
            ~Q(pk=row.pk),
            dedup_key=row.dedup_key,
            channel=row.channel,
            recipient=row.recipient,
            state__in=[NotificationState.PENDING, NotificationState.SENDING, NotificationState.FAILED],
        )
        if not open_twin.exists():
            done += Notification.objects.filter(pk=row.pk, state=row.state).update(
                state=NotificationState.PENDING, attempts=0, next_attempt_at=now, lease_until=None
            )
    return done


def purge_notifications(*, notification_ids: list[int]) -> int:
    """Delete sent and dead notices; return how many."""
    closed = [NotificationState.SENT, NotificationState.DEAD]
    count, _ = Notification.objects.filter(pk__in=notification_ids, state__in=closed).delete()
    return count


def _settle(notification: Notification, **changes: object) -> bool:
    mine = Notification.objects.filter(
        pk=notification.pk, state=NotificationState.SENDING, lease_until=notification.lease_until
    )
    return bool(mine.update(lease_until=None, **changes))


def _request_delivery() -> None:
    from veri.platform.ops.tasks import deliver_notifications_task  # tasks import this module

    deliver_notifications_task.delay()
