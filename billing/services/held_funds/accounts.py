"""The accounts of a campaign, and the row that everything about its money locks."""

from datetime import datetime

from django.db import connection

from billing.models import Account, CampaignFunds
from billing.payment_enums import AccountKind
from billing.payment_errors import FundingRefused, FundsFrozen
from billing.services.ledger.accounts import open_account
from creators.models import Brand
from veri.platform.ops.errors import TransactionRequired


def open_funds(*, campaign_ref: int, brand: Brand, currency: str, now: datetime) -> CampaignFunds:
    """Return a campaign's locked row, made when there is none.

    Raises:
        FundingRefused: the campaign is another brand's, or in another currency.
    """
    row = CampaignFunds(campaign_ref=campaign_ref, brand=brand, currency=currency, opened_at=now)
    CampaignFunds.objects.bulk_create([row], ignore_conflicts=True)
    funds = lock_funds(campaign_ref=campaign_ref)
    if funds.brand_id != brand.pk or funds.currency != currency:
        raise FundingRefused("A campaign has one brand and one currency.")
    return funds


def lock_funds(*, campaign_ref: int) -> CampaignFunds:
    """Return a campaign's row, locked until the transaction ends.

    Raises:
        FundingRefused: nothing was ever asked for this campaign.
        TransactionRequired: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="a campaign's money")
    funds = CampaignFunds.objects.select_for_update(no_key=True).filter(campaign_ref=campaign_ref).first()
    if funds is None:
        raise FundingRefused(f"Campaign {campaign_ref} has no funds.")
    return funds


def require_free(funds: CampaignFunds) -> None:
    """Refuse while a dispute is open."""
    if funds.is_frozen:
        raise FundsFrozen(f"The held funds of campaign {funds.campaign_ref} are frozen: {funds.freeze_reason}")


def open_campaign_account(
    funds: CampaignFunds, kind: AccountKind, *, creator_id: int | None = None, brand_id: int | None = None
) -> Account:
    """Return one of the campaign's accounts."""
    return open_account(
        kind=kind,
        currency=funds.currency,
        campaign_id=funds.campaign_ref,
        creator_id=creator_id,
        brand_id=brand_id,
    )


def open_held(funds: CampaignFunds) -> Account:
    return open_campaign_account(funds, AccountKind.HELD_FUNDS)


def open_brand_funding(funds: CampaignFunds) -> Account:
    """Return what belongs to the brand of a campaign and is not held: late, doubled and refunded money."""
    return open_campaign_account(funds, AccountKind.BRAND_FUNDING, brand_id=funds.brand_id)
