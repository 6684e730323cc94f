"""Mails to people about their accounts: plain text and HTML from ``templates/emails/``, sealed until delivered."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from veri.platform.http.rate_limits import Limit, consume
from veri.platform.ops.services.notifications import queue_mail

MAILS_AN_HOUR = 5


def send_account_mail(*, template: str, recipient: str, subject: str, now: datetime, **context: Any) -> None:
    """Queue a mail inside the caller's transaction. ``path`` and ``secret`` in the context make its link.

    The secret stands in the link's fragment, which browsers send to no server, so that no log holds it.
    """
    base, path, secret = settings.ACCOUNT_LINKS_URL, context.get("path", ""), context.get("secret", "")
    link = f"{base}/{path}#code={secret}" if base and secret else ""
    words = {**context, "link": link, "subject": subject}
    queue_mail(
        recipient=recipient,
        subject=subject,
        text=render_to_string(f"emails/{template}.txt", words),
        html=render_to_string(f"emails/{template}.html", words),
        now=now,
    )


def may_be_mailed(*, email: str) -> bool:
    """Count a mail that anybody can cause against the address's limit; return whether it is within."""
    client = hashlib.sha256(email.lower().encode()).hexdigest()[:32]
    limit = Limit(scope="account-mail", client=client, count=MAILS_AN_HOUR, seconds=3600)
    return all(decision.allowed for decision in consume(limits=[limit]))
