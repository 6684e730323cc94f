"""Campaign money over the ledger: asked for, held, released to creators, refunded to brands, frozen by disputes.

Everything runs inside the caller's transaction; a campaign's row of ``CampaignFunds`` is locked before any account.
"""

from billing.queries.ledger.held import get_held
from billing.services.held_funds.closing import close_funds, freeze_held, unfreeze_held
from billing.services.held_funds.funding import credit_funding, request_funding
from billing.services.held_funds.refunding import refund_held
from billing.services.held_funds.releasing import plan_release, release_held, void_release

__all__ = [
    "close_funds",
    "credit_funding",
    "freeze_held",
    "get_held",
    "plan_release",
    "refund_held",
    "release_held",
    "request_funding",
    "unfreeze_held",
    "void_release",
]
