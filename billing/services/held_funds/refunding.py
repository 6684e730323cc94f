"""Refund held funds to the brand: first in the ledger, then through the provider that took them."""

from datetime import datetime

from billing.models import Transfer
from billing.money import Money, check_amount
from billing.payment_errors import FundingRefused
from billing.services.held_funds.accounts import lock_funds, open_brand_funding, open_held, require_free
from billing.services.ledger import Cause, Leg, post_transfer


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
    return post_transfer(key=name, legs=legs, cause=cause, now=now)
