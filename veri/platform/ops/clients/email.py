"""Notices by e-mail, through Django's configured backend."""

import json

from django.core.mail import EmailMultiAlternatives

from veri.platform.ops.errors import DeliveryFailed
from veri.platform.ops.models import Notification
from veri.platform.secrets.keys import SecretUnreadable


def send_email(notification: Notification) -> None:
    """Send one notice; the message id stays the same over retries.

    Raises:
        DeliveryFailed: when the backend accepted nothing. ``smtplib.SMTPException`` and ``OSError`` pass.
    """
    text, html = _read_words(notification)
    message = EmailMultiAlternatives(
        subject=notification.subject,
        body=text,
        to=[notification.recipient],
        headers={"Message-ID": f"<notice-{notification.pk}@veri>", "Auto-Submitted": "auto-generated"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    if message.send(fail_silently=False) != 1:
        raise DeliveryFailed("the mail server accepted no recipient")


def _read_words(notification: Notification) -> tuple[str, str]:
    """Return the plain text and, for a mail to a person, the HTML."""
    if not notification.sealed:
        return notification.body, ""
    try:
        words = json.loads(notification.sealed.reveal())
    except SecretUnreadable as broken:
        raise DeliveryFailed("no configured key opens this mail") from broken
    return str(words["text"]), str(words["html"])
