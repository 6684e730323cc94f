"""Process stored deliveries again, as after a defect was mended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from creators.enums import WebhookState
from creators.models import WebhookDelivery
from creators.services.webhooks.accepting import RECEIVED_EVENT
from veri.platform.events.services import publish_events
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def replay_deliveries(*, webhook_ids: Sequence[int], acting_user: Any, now: datetime) -> int:
    """Announce stored deliveries again, audited; what they lead to is recorded once however often. Return how many.

    Publishes ``webhook.received`` {webhook_id} for each.
    """
    rows = WebhookDelivery.objects.filter(pk__in=list(webhook_ids))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(state=WebhookState.PENDING, error="")
    publish_events(name=RECEIVED_EVENT, parts=[("", {"webhook_id": pk}) for pk in keys])
    if keys:
        record_audit(
            actor=acting_user,
            action="webhooks.replayed",
            target=("creators.webhookdelivery", str(keys[0])),
            after={"webhooks": keys[:500]},
            now=now,
        )
    return len(keys)
