"""Mails to the sides of a collaboration, queued in the transaction of their cause."""

from datetime import datetime

from django.template.loader import render_to_string

from billing.campaign_enums import Side
from billing.models import Collaboration
from creators.models import User
from veri.platform.ops.services.notifications import queue_alert, queue_mail


def notify_side(*, collaboration: Collaboration, side: str, text: str, now: datetime) -> int:
    """Queue a mail to everybody on a side; staff get an alert. Return how many were queued."""
    title = collaboration.campaign.title
    subject = f"{title}: {text}"
    if side == Side.STAFF:
        key = f"collaboration-{collaboration.pk}-{text}"[:100]
        return queue_alert(subject=subject, body=f"Collaboration {collaboration.pk}.", now=now, dedup_key=key)
    addresses = _list_addresses(collaboration, side)
    words = {"title": title, "text": text, "subject": subject}
    for address in addresses:
        queue_mail(
            recipient=address,
            subject=subject,
            text=render_to_string("emails/campaign.txt", words),
            html=render_to_string("emails/campaign.html", words),
            now=now,
        )
    return len(addresses)


def _list_addresses(collaboration: Collaboration, side: str) -> list[str]:
    if side == Side.BRAND:
        people = User.objects.filter(brand_memberships__brand=collaboration.campaign.brand_id).exclude(
            brand_memberships__role="former"
        )
    else:
        people = User.objects.filter(creators=collaboration.creator_id or 0)
    return sorted(set(people.filter(is_active=True).exclude(email="").values_list("email", flat=True)))
