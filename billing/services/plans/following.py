"""What payers do to subscriptions at their provider."""

from datetime import datetime

from django.db import transaction

from billing.clients.payments import get_provider
from billing.models import Subscription
from billing.models.plans import LIVE
from veri.platform.ops.services.audit import record_audit


def follow_subscription(*, provider: str, provider_subscription_id: str, cause: str, now: datetime) -> bool:
    """Fetch a subscription that its provider told of; one its payer ended there ends with its period here too.

    Returns whether it is one of ours.

    Raises:
        ProviderError: it was not told.
    """
    mine = Subscription.objects.filter(provider=provider, provider_subscription_id=provider_subscription_id)
    found = mine.first() if provider_subscription_id else None
    if found is None:
        return False
    if get_provider(provider).fetch_subscription(provider_subscription_id).state == "cancelled":
        with transaction.atomic(durable=True):
            if mine.filter(state__in=LIVE, cancels_at_end=False).update(cancels_at_end=True):
                told = {"actor": cause, "action": "subscription.cancelled", "reason": "At the provider."}
                record_audit(target=found, now=now, **told)
    return True
