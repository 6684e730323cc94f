"""Accounts: opened when first needed."""

from billing.models import Account
from billing.payment_enums import AccountKind
from creators.enums import Currency


def open_account(
    *,
    kind: AccountKind,
    currency: str,
    campaign_id: int | None = None,
    creator_id: int | None = None,
    brand_id: int | None = None,
) -> Account:
    """Return the account of these, made when there is none; at once in two transactions it is the same one.

    Raises:
        ValueError: a kind or currency nobody knows.
    """
    key = build_key(
        kind=AccountKind(kind), currency=currency, campaign_id=campaign_id, creator_id=creator_id, brand_id=brand_id
    )
    found = Account.objects.filter(key=key).first()
    if found is not None:
        return found
    account = Account(
        key=key,
        kind=AccountKind(kind),
        currency=Currency(currency),
        campaign_ref=campaign_id,
        creator_id=creator_id,
        brand_id=brand_id,
    )
    Account.objects.bulk_create([account], ignore_conflicts=True)
    return Account.objects.get(key=key)


def build_key(
    *, kind: AccountKind, currency: str, campaign_id: int | None, creator_id: int | None, brand_id: int | None
) -> str:
    """Return an account's name, like ``creator_payable:USD:campaign-7:creator-3``."""
    owners = (("campaign", campaign_id), ("creator", creator_id), ("brand", brand_id))
    return ":".join([kind.value, currency, *(f"{name}-{pk}" for name, pk in owners if pk is not None)])
