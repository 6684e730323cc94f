"""What time does to subscriptions: periods begin, what is not paid is asked for again, and ends."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from billing.models import Subscription, SubscriptionPeriod
from billing.models.plans import LIVE
from billing.payment_enums import SubscriptionState
from billing.services.plans.changing import CHANGED_EVENT
from billing.services.plans.charging import open_charged_period
from veri.platform.events.services import publish_event

# Days after a period began unpaid at which it is asked for again; a day after the last one the subscription expires.
DUNNING_DAYS = (1, 3, 5, 7)
EXPIRES_AFTER = timedelta(days=DUNNING_DAYS[-1] + 1)
DUNNED_EVENT = "subscription.dunned"


def advance_subscriptions(*, now: datetime, limit: int = 500) -> int:
    """Bring subscriptions to where they are at ``now``; again changes nothing. Returns how many changed.

    Each in a transaction of its own, locked: two clocks at once do each step once.
    """
    begun_unpaid = Q(periods__paid_at=None, periods__starts_at__lte=now - timedelta(days=1))
    due = Subscription.objects.filter(Q(due_at__lte=now) | begun_unpaid, state__in=LIVE)
    keys = list(due.order_by("due_at").values_list("pk", flat=True).distinct()[:limit])
    return sum(_advance(pk, now) for pk in keys)


@transaction.atomic(durable=True)
def _advance(subscription_id: int, now: datetime) -> bool:
    rows = Subscription.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    subscription = rows.select_related("version__plan").filter(pk=subscription_id, state__in=LIVE).first()
    if subscription is None:
        return False
    unpaid = subscription.periods.filter(paid_at=None).order_by("number").first()
    if unpaid is not None and _dun(subscription, unpaid, now):
        return True
    if subscription.due_at > now:
        return False
    if subscription.cancels_at_end:
        _end(subscription, SubscriptionState.CANCELLED, now)
        return True
    open_charged_period(subscription=subscription, now=now)
    return True


def _dun(subscription: Subscription, unpaid: SubscriptionPeriod, now: datetime) -> bool:
    """Take the next step of asking for an unpaid period, or end the subscription; return whether there was one.

    Steps missed while nobody looked are one step: nobody gets four mails at once.
    """
    age = now - unpaid.starts_at
    if age >= EXPIRES_AFTER:
        _end(subscription, SubscriptionState.EXPIRED, now)
        return True
    steps = sum(age >= timedelta(days=day) for day in DUNNING_DAYS)
    if steps <= subscription.dunning_steps:
        return False
    subscription.dunning_steps = steps
    if subscription.state in (SubscriptionState.ACTIVE, SubscriptionState.TRIAL):
        subscription.state = SubscriptionState.PAST_DUE
    subscription.save(update_fields=["dunning_steps", "state"])
    payload = {"subscription": subscription.pk, "step": steps}
    publish_event(name=DUNNED_EVENT, payload=payload, key=str(subscription.reference))
    return True


def _end(subscription: Subscription, state: SubscriptionState, now: datetime) -> None:
    subscription.state, subscription.ended_at = state, now
    subscription.save(update_fields=["state", "ended_at"])
    publish_event(name=CHANGED_EVENT, payload={"subscription": subscription.pk}, key=str(subscription.reference))
