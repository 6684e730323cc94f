from billing.models.allowance import Allowance, Reservation
from billing.models.held_funds import CampaignFunds, HeldRelease
from billing.models.ledger import Account, Posting, Transfer, TransferResolution
from billing.models.payments import PaymentIntent
from billing.models.price import PriceVersion
from billing.models.usage import UsageEvent

__all__ = [
    "Account",
    "Allowance",
    "CampaignFunds",
    "HeldRelease",
    "PaymentIntent",
    "Posting",
    "PriceVersion",
    "Reservation",
    "Transfer",
    "TransferResolution",
    "UsageEvent",
]
