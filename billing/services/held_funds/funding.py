"""Ask a brand to fund a campaign, and credit what it paid."""

from datetime import datetime
from typing import Any

from django.conf import settings

from billing.models import PaymentIntent
from billing.money import Money, check_amount
from billing.payment_enums import AccountKind, PaymentPurpose
from billing.payment_errors import FundingRefused
from billing.services.held_funds.accounts import (
    lock_funds,
    open_brand_funding,
    open_campaign_account,
    open_funds,
    open_held,
)
from billing.services.ledger import Cause, Leg, post_transfer
from creators.models import Brand
from veri.platform.events.services import publish_event

REQUESTED_EVENT = "payment.requested"
FUNDED_EVENT = "campaign.funded"


def request_funding(
    *,
    campaign_ref: int,
    brand: Brand,
    amount: Money,
    actor: Any,
    now: datetime,
    provider: str = "",
    description: str = "",
) -> PaymentIntent:
    """Ask a brand to pay an amount into a campaign; the checkout is opened after the commit, outside of it.

    Publishes ``payment.requested`` {payment}. ``checkout_url`` is empty until the provider has answered.

    Raises:
        InvalidAmount: no payable amount.
        FundingRefused: another brand's campaign, another currency, or one that is closed.
        TransactionRequired: outside of a transaction.
    """
    checked = check_amount(minor=amount.minor, currency=amount.currency)
    funds = open_funds(campaign_ref=campaign_ref, brand=brand, currency=checked.currency, now=now)
    if funds.is_closed:
        raise FundingRefused("The campaign is closed.")
    intent = PaymentIntent.objects.create(
        purpose=PaymentPurpose.CAMPAIGN,
        provider=provider or settings.PAYMENT_PROVIDER,
        amount_minor=checked.minor,
        currency=checked.currency,
        campaign_ref=campaign_ref,
        brand=brand,
        requested_by=actor,
        description=description[:200],
        requested_at=now,
        updated_at=now,
    )
    publish_event(name=REQUESTED_EVENT, payload={"payment": intent.pk}, key=str(intent.reference))
    return intent


def credit_funding(
    *, intent: PaymentIntent, payment_key: str, amount_minor: int, is_first: bool, cause: Cause, now: datetime
) -> bool:
    """Credit a payment of an intent, in the transaction that noted it; return whether it is held.

    The first payment of an open campaign is held, and ``campaign.funded`` {campaign, payment} is published. What comes
    late or twice belongs to the brand, is not held, and can be refunded. The same key is credited once.
    """
    funds = lock_funds(campaign_ref=intent.campaign_ref or 0)
    is_held = is_first and not funds.is_closed
    target = open_held(funds) if is_held else open_brand_funding(funds)
    legs = [
        Leg(account=open_campaign_account(funds, AccountKind.PSP_CLEARING), amount_minor=-amount_minor),
        Leg(account=target, amount_minor=amount_minor),
    ]
    post_transfer(key=f"payment:{payment_key}", legs=legs, cause=cause, now=now)
    if is_held:
        publish_event(
            name=FUNDED_EVENT,
            payload={"campaign": funds.campaign_ref, "payment": intent.pk},
            key=f"campaign-{funds.campaign_ref}",
        )
    return is_held
