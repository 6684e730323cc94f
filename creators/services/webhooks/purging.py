"""Deliveries are kept for a month, for looking and for replaying."""

from datetime import datetime, timedelta

from django.db import transaction

from creators.models import WebhookDelivery

KEEP = timedelta(days=30)
BATCH = 5_000


@transaction.atomic(durable=True)
def remove_old_deliveries(*, now: datetime) -> int:
    """Delete a batch of deliveries received more than 30 days ago; return how many."""
    old = WebhookDelivery.objects.filter(received_at__lt=now - KEEP).order_by("received_at").values("pk")
    deleted, _ = WebhookDelivery.objects.filter(pk__in=old[:BATCH]).delete()
    return deleted
