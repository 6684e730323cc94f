"""Start a subscription: with a trial, or with its first charge."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from billing.models import PlanVersion, Subscription, SubscriptionPeriod
from billing.payment_enums import SubscriptionState
from billing.payment_errors import SubscriptionRefused
from billing.services.plans.charging import open_charged_period
from billing.services.plans.quotas import grant_period
from creators.models import Brand, Creator
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

STARTED_EVENT = "subscription.started"


@transaction.atomic(durable=True)
def start_subscription(
    *,
    version: PlanVersion,
    actor: Any,
    now: datetime,
    creator: Creator | None = None,
    brand: Brand | None = None,
    provider: str = "",
    zone: str = "UTC",
) -> Subscription:
    """Subscribe a creator or a brand; a trial is given once. Publishes ``subscription.started`` {subscription}.

    The provider is asked for consent after the commit.

    Raises:
        SubscriptionRefused: there is a subscription already, or nobody to subscribe.
    """
    if (creator is None) == (brand is None):
        raise SubscriptionRefused("A creator or a brand subscribes.")
    mine = Subscription.objects.filter(creator=creator, brand=brand)
    has_trial = bool(version.trial_days) and not mine.exists()
    anchor = now + timedelta(days=version.trial_days) if has_trial else now
    is_free = not version.price_minor
    state = SubscriptionState.TRIAL if has_trial else SubscriptionState.PENDING
    try:
        with transaction.atomic():
            subscription = Subscription.objects.create(
                creator=creator,
                brand=brand,
                version=version,
                state=SubscriptionState.ACTIVE if is_free and not has_trial else state,
                timezone=zone,
                anchor_at=anchor,
                provider=provider or settings.PAYMENT_PROVIDER,
                due_at=anchor,
                started_at=now,
            )
    except IntegrityError as error:
        raise SubscriptionRefused("There is a subscription already: change it instead.") from error
    if has_trial:
        trial = SubscriptionPeriod.objects.create(
            subscription=subscription, number=0, version=version, starts_at=now, ends_at=anchor, paid_at=now
        )
        grant_period(period=trial, now=now)
    else:
        open_charged_period(subscription=subscription, now=now)
    record_audit(
        actor=actor, action=STARTED_EVENT, target=subscription, after={"version": version.pk, "state": state}, now=now
    )
    publish_event(name=STARTED_EVENT, payload={"subscription": subscription.pk}, key=str(subscription.reference))
    return subscription
