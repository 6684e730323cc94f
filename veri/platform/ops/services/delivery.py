"""Send what is claimed; nothing counts as sent before the other side accepted it."""

import smtplib
from collections.abc import Callable

import structlog
from django.utils import timezone

from veri.platform.ops.clients.email import send_email
from veri.platform.ops.clients.webhook import send_webhook
from veri.platform.ops.enums import Channel
from veri.platform.ops.errors import DeliveryFailed
from veri.platform.ops.models import Notification
from veri.platform.ops.services.notifications import claim_notifications, settle_failed, settle_sent

logger = structlog.get_logger(__name__)
_SENDERS: dict[str, Callable[[Notification], None]] = {Channel.EMAIL: send_email, Channel.WEBHOOK: send_webhook}


def deliver_notifications() -> tuple[int, int]:
    """Send one batch of due notices; return how many were sent and how many failed.

    At least once: a process that dies between sending and settling leaves a lease behind, and the notice goes out
    again under the same message id.
    """
    sent = failed = 0
    for notification in claim_notifications(now=timezone.now()):
        try:
            _SENDERS[notification.channel](notification)
        except (DeliveryFailed, smtplib.SMTPException, OSError) as error:
            failed += 1
            settle_failed(notification=notification, error=f"{type(error).__name__}: {error}", now=timezone.now())
            logger.warning("notice_failed", notice=notification.pk, attempts=notification.attempts)
        else:
            sent += 1
            settle_sent(notification=notification, now=timezone.now())
    return sent, failed
