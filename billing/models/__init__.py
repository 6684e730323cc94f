from billing.models.allowance import Allowance, Reservation
from billing.models.held_funds import CampaignFunds, HeldRelease
from billing.models.ledger import Account, Posting, Transfer, TransferResolution
from billing.models.payment_webhooks import PaymentWebhook
from billing.models.payments import Chargeback, PaymentIntent, PaymentPoll, ProviderPayment, Refund
from billing.models.payouts import Payout, PayoutBatch
from billing.models.price import PriceVersion
from billing.models.usage import UsageEvent

__all__ = [
    "Account",
    "Allowance",
    "CampaignFunds",
    "Chargeback",
    "HeldRelease",
    "PaymentIntent",
    "PaymentPoll",
    "PaymentWebhook",
    "Payout",
    "PayoutBatch",
    "Posting",
    "PriceVersion",
    "ProviderPayment",
    "Refund",
    "Reservation",
    "Transfer",
    "TransferResolution",
    "UsageEvent",
]
