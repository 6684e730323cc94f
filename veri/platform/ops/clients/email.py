"""Notices by e-mail, through Django's configured backend."""

from django.core.mail import EmailMessage

from veri.platform.ops.errors import DeliveryFailed
from veri.platform.ops.models import Notification


def send_email(notification: Notification) -> None:
    """Send one notice; the message id stays the same over retries.

    Raises:
        DeliveryFailed: when the backend accepted nothing. ``smtplib.SMTPException`` and ``OSError`` pass.
    """
    message = EmailMessage(
        subject=notification.subject,
        body=notification.body,
        to=[notification.recipient],
        headers={"Message-ID": f"<notice-{notification.pk}@veri>", "Auto-Submitted": "auto-generated"},
    )
    if message.send(fail_silently=False) != 1:
        raise DeliveryFailed("the mail server accepted no recipient")
