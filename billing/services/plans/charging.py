"""Charge periods: an intent for each, which a provider's monthly charge or a checkout pays."""

from datetime import datetime, timedelta

from billing.models import PaymentIntent, PlanVersion, Subscription, SubscriptionCharge, SubscriptionPeriod
from billing.models.plans import LIVE
from billing.payment_enums import ChargeKind, IntentState, PaymentPurpose, SubscriptionState
from billing.services.invoices.issuing import issue_for_charge
from billing.services.plans.calendar import add_months
from billing.services.plans.changing import apply_upgrade
from billing.services.plans.quotas import grant_period

EARLY = timedelta(days=3)


def open_charged_period(*, subscription: Subscription, now: datetime) -> SubscriptionPeriod:
    """Open the next period of a locked subscription, and ask for its price; again returns the same.

    Its quotas are granted at once to whoever has paid before, else with the payment.
    """
    if subscription.next_version is not None:
        subscription.version, subscription.next_version = subscription.next_version, None
        subscription.save(update_fields=["version", "next_version"])
    last = subscription.periods.order_by("-number").first()
    number = last.number + 1 if last else 1
    has_paid = subscription.periods.filter(number__gt=0, paid_at__isnull=False).exists()
    period = SubscriptionPeriod.objects.create(
        subscription=subscription,
        number=number,
        version=subscription.version,
        starts_at=compute_boundary(subscription, number - 1),
        ends_at=compute_boundary(subscription, number),
    )
    subscription.due_at = period.ends_at
    subscription.save(update_fields=["due_at"])
    if not subscription.version.price_minor:
        _mark_paid(period, now)
    else:
        open_charge(period=period, kind=ChargeKind.PERIOD, version=period.version, now=now)
    if has_paid or not subscription.version.price_minor:
        grant_period(period=period, now=now)
    return period


def compute_boundary(subscription: Subscription, number: int) -> datetime:
    """Return where a period's number ends and the next one begins."""
    return add_months(anchor=subscription.anchor_at, months=number, zone=subscription.timezone)


def open_charge(
    *,
    period: SubscriptionPeriod,
    kind: ChargeKind,
    version: PlanVersion,
    now: datetime,
    amount_minor: int | None = None,
) -> SubscriptionCharge:
    """Return what is to be paid for a period, made once."""
    found = period.charges.filter(kind=kind, version=version).select_related("intent").first()
    if found is not None:
        return found
    subscription = period.subscription
    intent = PaymentIntent.objects.create(
        purpose=PaymentPurpose.SUBSCRIPTION,
        provider=subscription.provider,
        amount_minor=version.price_minor if amount_minor is None else amount_minor,
        currency=version.currency,
        creator_id=subscription.creator_id,
        brand_id=subscription.brand_id,
        description=f"{version.plan.name}, {period.starts_at:%Y-%m-%d} to {period.ends_at:%Y-%m-%d}",
        requested_at=now,
        updated_at=now,
    )
    return SubscriptionCharge.objects.create(
        subscription=subscription, period=period, intent=intent, kind=kind, version=version
    )


def find_charged_intent(*, reference: str, now: datetime) -> PaymentIntent | None:
    """Return what a provider's charge of a subscription pays: its earliest period that is not paid, locked.

    A charge that comes a little before its period begins opens it. Without a period to pay it is the last one's, which
    is paid: what comes is a duplicate then.
    """
    found = Subscription.objects.select_for_update(no_key=True, of=("self",)).filter(reference=reference)
    subscription = found.select_related("version__plan").first()
    if subscription is None:
        return None
    owes = subscription.periods.filter(paid_at=None).exists()
    goes_on = subscription.state in LIVE and not subscription.cancels_at_end
    if not owes and goes_on and subscription.due_at - now <= EARLY:
        open_charged_period(subscription=subscription, now=now)
    rows = PaymentIntent.objects.select_for_update(no_key=True, of=("self",))
    mine = rows.filter(charge__subscription=subscription, charge__kind=ChargeKind.PERIOD)
    unpaid = mine.exclude(state=IntentState.PAID).order_by("charge__period__number").first()
    return unpaid or mine.order_by("-charge__period__number").first()


def lock_subscription_of(*, intent_id: int) -> None:
    """Lock the subscription an intent charges, if any: always before the intent, so that nobody waits in a circle."""
    key = SubscriptionCharge.objects.filter(intent=intent_id).values_list("subscription", flat=True).first()
    if key is not None:
        Subscription.objects.select_for_update(no_key=True).get(pk=key)


def apply_charge(*, intent: PaymentIntent, now: datetime) -> None:
    """Let a payment do what it pays for, in the transaction that credited it; once."""
    charge = SubscriptionCharge.objects.select_related("version__plan", "period").filter(intent=intent).first()
    if charge is None or charge.applied_at is not None:
        return
    subscription = Subscription.objects.select_for_update(no_key=True).get(pk=charge.subscription_id)
    charge.subscription = charge.period.subscription = subscription
    if charge.kind == ChargeKind.UPGRADE:
        apply_upgrade(charge=charge, now=now)
    else:
        _mark_paid(charge.period, now)
        grant_period(period=charge.period, now=now)
        _settle(subscription, now)
    SubscriptionCharge.objects.filter(pk=charge.pk).update(applied_at=now)
    issue_for_charge(charge=charge, now=now)


def _settle(subscription: Subscription, now: datetime) -> None:
    """A subscription whose begun periods are paid is active again; one that ended stays ended."""
    owes = subscription.periods.filter(paid_at=None, starts_at__lte=now).exists()
    waits = (SubscriptionState.PENDING, SubscriptionState.TRIAL, SubscriptionState.PAST_DUE, SubscriptionState.ACTIVE)
    if not owes and subscription.state in waits:
        subscription.state, subscription.dunning_steps = SubscriptionState.ACTIVE, 0
        subscription.save(update_fields=["state", "dunning_steps"])


def _mark_paid(period: SubscriptionPeriod, now: datetime) -> None:
    period.paid_at = now
    period.save(update_fields=["paid_at"])
