"""How much is held for a campaign."""

from billing.models import Account, CampaignFunds
from billing.money import Money
from billing.payment_enums import AccountKind


def get_held(campaign_ref: int) -> Money:
    """Return what is held for a campaign, with what is planned to be released; nothing when it has no funds.

    A campaign nothing was ever asked for holds zero US dollars.
    """
    rows = Account.objects.filter(kind=AccountKind.HELD_FUNDS, campaign_ref=campaign_ref)
    found = rows.values_list("posted_minor", "currency").first()
    if found is not None:
        return Money(minor=found[0], currency=found[1])
    funds = CampaignFunds.objects.filter(campaign_ref=campaign_ref).first()
    return Money(minor=0, currency=funds.currency if funds else "USD")


def get_unplanned(campaign_ref: int) -> int:
    """Return how many minor units are held and not planned for anybody."""
    rows = Account.objects.filter(kind=AccountKind.HELD_FUNDS, campaign_ref=campaign_ref)
    found = rows.values_list("posted_minor", "pending_out_minor").first()
    return found[0] - found[1] if found else 0
