"""What providers and people are told of subscriptions, after the commit: consent, amounts, ends, reminders."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from billing.clients.payments import CheckoutRequest, ProviderError, ProviderUnavailable, get_provider
from billing.models import Subscription
from billing.models.plans import LIVE
from billing.money import Money
from billing.payment_enums import CauseKind, ChargeKind, IntentState, SubscriptionState
from billing.services.ledger import Cause
from billing.services.payments.sending import open_checkout, synchronise_intent
from veri.platform.ops.services.notifications import queue_mail

logger = structlog.get_logger(__name__)


def ask_for_consent(*, subscription_id: int, now: datetime) -> Subscription:
    """Ask the provider for the page where the payer consents to monthly charges; a second time it is the same.

    Raises:
        ProviderError: it did not answer, or refused.
    """
    subscription = Subscription.objects.select_related("version__plan").get(pk=subscription_id)
    if subscription.provider_subscription_id or subscription.state not in LIVE or not subscription.version.price_minor:
        return subscription
    front = settings.ACCOUNT_LINKS_URL or settings.PUBLIC_URL
    first_at = subscription.anchor_at if subscription.anchor_at > now else None
    wanted = CheckoutRequest(
        reference=str(subscription.reference),
        idempotency_key=str(subscription.idempotency_key),
        amount_minor=subscription.version.price_minor,
        currency=subscription.version.currency,
        title=subscription.version.plan.name,
        payer_email=find_email(subscription),
        return_url=f"{front}/subscription",
    )
    made = get_provider(subscription.provider).create_subscription(wanted, first_at=first_at)
    with transaction.atomic(durable=True):
        Subscription.objects.filter(pk=subscription.pk, provider_subscription_id="").update(
            provider_subscription_id=made.id[:120], consent_url=made.url[:1000]
        )
    return Subscription.objects.get(pk=subscription_id)


def tell_provider(*, subscription_id: int) -> None:
    """Bring the provider's monthly charge in line: another amount, or none any more; again says the same.

    Raises:
        ProviderError: it did not answer, or refused.
    """
    subscription = Subscription.objects.select_related("version", "next_version").get(pk=subscription_id)
    key = subscription.provider_subscription_id
    if not key:
        return
    provider = get_provider(subscription.provider)
    if subscription.state not in LIVE or subscription.cancels_at_end:
        provider.cancel_subscription(key)
    else:
        version = subscription.next_version or subscription.version
        provider.change_subscription(subscription_id=key, amount_minor=version.price_minor, currency=version.currency)


def remind(*, subscription_id: int, step: int, now: datetime) -> bool:
    """Look once more whether a due period was paid; if not, open a checkout for it and mail where to pay.

    Returns whether a mail was queued.

    Raises:
        ProviderError: the provider did not answer, or refused.
    """
    subscription = Subscription.objects.select_related("version__plan").get(pk=subscription_id)
    unpaid = subscription.charges.filter(kind=ChargeKind.PERIOD).exclude(intent__state=IntentState.PAID)
    charge = unpaid.select_related("intent").order_by("period__number").first()
    if charge is None or subscription.state not in LIVE:
        return False
    cause = Cause(kind=CauseKind.SCHEDULE, reference=f"dunning of subscription {subscription.pk}, step {step}")
    intent = synchronise_intent(intent_id=charge.intent_id, cause=cause, now=now)
    if intent.state == IntentState.PAID:
        return False
    intent = open_checkout(intent_id=intent.pk, now=now)
    email = find_email(subscription)
    if not email:
        return False
    amount = Money(minor=intent.amount_minor, currency=intent.currency)
    text = f"{amount} for {subscription.version.plan.name} is due. Pay here: {intent.checkout_url}"
    with transaction.atomic(durable=True):
        queue_mail(recipient=email, subject="Your subscription is due", text=text, html=f"<p>{text}</p>", now=now)
    return True


def find_email(subscription: Subscription) -> str:
    """Return the address of whoever pays: the creator's owner, or the brand's first member."""
    if subscription.creator is not None:
        owner = subscription.creator.owner
        return owner.email if owner else ""
    if subscription.brand is not None:
        member = subscription.brand.members.select_related("user").order_by("pk").first()
        return member.user.email if member else ""
    return ""


def end_subscriptions(*, creator_ids: Sequence[int], now: datetime) -> int:
    """End creators' subscriptions at once, at their providers too, before their owner is erased; return how many.

    Raises:
        ConnectionError: a provider does not answer; ending them again ends the rest.
    """
    rows = Subscription.objects.filter(creator__in=creator_ids, state__in=LIVE)
    ended = 0
    for subscription in rows:
        try:
            if subscription.provider_subscription_id:
                get_provider(subscription.provider).cancel_subscription(subscription.provider_subscription_id)
        except ProviderUnavailable as error:
            raise ConnectionError(f"{subscription.provider} does not answer") from error
        except ProviderError as error:  # it knows no such subscription, or none is configured any more
            logger.warning("subscription_not_ended", subscription=subscription.pk, error=type(error).__name__)
        with transaction.atomic(durable=True):
            mine = Subscription.objects.filter(pk=subscription.pk)
            ended += mine.update(state=SubscriptionState.CANCELLED, ended_at=now)
    return ended
