"""Change a subscription: up at once for the difference, down at the period's end, out at its end."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import PlanVersion, Subscription, SubscriptionCharge
from billing.models.plans import LIVE
from billing.payment_enums import ChargeKind, SubscriptionState
from billing.payment_errors import SubscriptionRefused
from billing.services.plans.calendar import prorate
from billing.services.plans.quotas import grant_difference
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

CHANGED_EVENT = "subscription.changed"


@transaction.atomic(durable=True)
def change_plan(*, subscription_id: int, version: PlanVersion, actor: Any, now: datetime) -> SubscriptionCharge | None:
    """Move a subscription to another version.

    A dearer one holds as soon as the difference for what is left of the period is paid: the charge is returned. One
    that is not dearer holds from the next period on. In a trial either holds at once.

    Raises:
        SubscriptionRefused: it has ended or waits for a payment, or the version is in another currency, or its own.
    """
    subscription = lock_live(subscription_id)
    old = subscription.version
    if version.pk == old.pk or version.currency != old.currency:
        raise SubscriptionRefused("Another version of the same currency is needed.")
    record_audit(
        actor=actor,
        action="subscription.change",
        target=subscription,
        before={"version": old.pk},
        after={"version": version.pk},
        now=now,
    )
    if subscription.state == SubscriptionState.TRIAL:
        _switch(subscription, version)
        return None
    if version.price_minor <= old.price_minor:
        subscription.next_version = version
        subscription.save(update_fields=["next_version"])
        _tell(subscription)
        return None
    if subscription.state != SubscriptionState.ACTIVE:
        raise SubscriptionRefused("What is due has to be paid first.")
    return _charge_difference(subscription, old, version, now)


def _charge_difference(
    subscription: Subscription, old: PlanVersion, version: PlanVersion, now: datetime
) -> SubscriptionCharge | None:
    from billing.services.plans.charging import open_charge  # charging applies upgrades

    period = subscription.periods.filter(starts_at__lte=now, ends_at__gt=now).first()
    if period is None:
        raise SubscriptionRefused("The next period is just being opened: try again.")
    difference = prorate(
        minor=version.price_minor - old.price_minor, at=now, starts_at=period.starts_at, ends_at=period.ends_at
    )
    if not difference:
        grant_difference(period=period, old=old, new=version, now=now)
        _switch(subscription, version)
        return None
    charge = open_charge(period=period, kind=ChargeKind.UPGRADE, version=version, now=now, amount_minor=difference)
    publish_event(name="payment.requested", payload={"payment": charge.intent_id}, key=str(charge.intent.reference))
    return charge


def apply_upgrade(*, charge: SubscriptionCharge, now: datetime) -> None:
    """Let a paid upgrade hold, in the transaction that credited it; its subscription is locked."""
    subscription = charge.subscription
    if subscription.state in LIVE:
        grant_difference(period=charge.period, old=subscription.version, new=charge.version, now=now)
        _switch(subscription, charge.version)


def _switch(subscription: Subscription, version: PlanVersion) -> None:
    """Publishes ``subscription.changed`` {subscription}: the provider's monthly amount follows."""
    subscription.version, subscription.next_version = version, None
    subscription.save(update_fields=["version", "next_version"])
    _tell(subscription)


def _tell(subscription: Subscription) -> None:
    publish_event(name=CHANGED_EVENT, payload={"subscription": subscription.pk}, key=str(subscription.reference))


@transaction.atomic(durable=True)
def cancel_subscription(*, subscription_id: int, actor: Any, reason: str, now: datetime) -> Subscription:
    """End a subscription with its period; again changes nothing. What is paid is not refunded.

    Raises:
        SubscriptionRefused: it has ended.
    """
    subscription = lock_live(subscription_id)
    if subscription.cancels_at_end:
        return subscription
    subscription.cancels_at_end = True
    if subscription.state in (SubscriptionState.PENDING, SubscriptionState.PAST_DUE):
        subscription.due_at = now  # nothing is paid for what is left
    subscription.save(update_fields=["cancels_at_end", "due_at"])
    record_audit(actor=actor, action="subscription.cancelled", target=subscription, reason=reason, now=now)
    _tell(subscription)
    return subscription


def lock_live(subscription_id: int) -> Subscription:
    """Return a subscription that has not ended, locked.

    Raises:
        SubscriptionRefused: it has.
    """
    rows = Subscription.objects.select_for_update(no_key=True, of=("self",)).select_related("version__plan")
    subscription = rows.get(pk=subscription_id)
    if subscription.state not in LIVE:
        raise SubscriptionRefused("The subscription has ended.")
    return subscription
