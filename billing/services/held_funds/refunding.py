"""Refund held funds to the brand: first in the ledger, then through the provider that took them."""

from datetime import datetime

from billing.models import Transfer
from billing.money import Money, check_amount
from billing.payment_errors import FundingRefused
from billing.services.held_funds.accounts import lock_funds, open_brand_funding, open_held, require_free
from billing.services.ledger import Cause, Leg, post_transfer
from billing.services.payments.refunds import request_campaign_refunds
from veri.platform.ops.services.notifications import queue_alert


def refund_held(*, campaign_ref: int, amount: Money, cause: Cause, now: datetime, key: str = "") -> Transfer:
    """Give a part of the held funds back to the brand; ``key`` (default: the cause's reference) makes it happen once.

    Raises:
        InvalidAmount: no payable amount.
        InsufficientFunds: less is held, or a part of it is planned for creators.
        FundsFrozen: a dispute is open.
    """
    check_amount(minor=amount.minor, currency=amount.currency)
    funds = lock_funds(campaign_ref=campaign_ref)
    if amount.currency != funds.currency:
        raise FundingRefused(f"The campaign's currency is {funds.currency}.")
    require_free(funds)
    legs = [
        Leg(account=open_held(funds), amount_minor=-amount.minor),
        Leg(account=open_brand_funding(funds), amount_minor=amount.minor),
    ]
    name = f"refund-held:{campaign_ref}:{key or cause.reference}"
    is_new = not Transfer.objects.filter(key=name).exists()
    transfer = post_transfer(key=name, legs=legs, cause=cause, now=now)
    if is_new:
        _request(campaign_ref, amount, name, cause, now)
    return transfer


def _request(campaign_ref: int, amount: Money, name: str, cause: Cause, now: datetime) -> None:
    left = request_campaign_refunds(
        campaign_ref=campaign_ref, amount_minor=amount.minor, key=name, reason=cause.reason, actor=cause.actor, now=now
    )
    if left:
        queue_alert(
            subject=f"A refund of campaign {campaign_ref} finds no payment",
            body=f"{Money(minor=left, currency=amount.currency)} stay in the brand's funds, not held.",
            now=now,
            dedup_key=f"refund-without-payment:{name}"[:120],
        )
