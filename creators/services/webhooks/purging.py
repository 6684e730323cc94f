"""Deliveries are kept for a month, for looking and for replaying; a creator's go with the creator."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from creators.models import PlatformConnection, WebhookDelivery

KEEP = timedelta(days=30)
BATCH = 5_000


@transaction.atomic(durable=True)
def remove_old_deliveries(*, now: datetime) -> int:
    """Delete a batch of deliveries received more than 30 days ago; return how many."""
    old = WebhookDelivery.objects.filter(received_at__lt=now - KEEP).order_by("received_at").values("pk")
    deleted, _ = WebhookDelivery.objects.filter(pk__in=old[:BATCH]).delete()
    return deleted


def forget_deliveries(*, creator_id: int) -> int:
    """Delete what platforms sent about a creator's accounts, inside the caller's transaction; return how many."""
    accounts = PlatformConnection.objects.filter(creator_id=creator_id).values_list("platform", "account_id")
    wanted = Q(subscription__connection__creator_id=creator_id)
    for platform, account_id in accounts:
        wanted |= Q(platform=platform, account_id=account_id)
    keys = list(WebhookDelivery.objects.filter(wanted).values_list("pk", flat=True))
    deleted, _ = WebhookDelivery.objects.filter(pk__in=keys).delete()
    return deleted
