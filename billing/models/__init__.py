from billing.models.allowance import Allowance, Reservation
from billing.models.budgets import EVERYTHING, BudgetNotice, SpendingSpike, SpendingStop
from billing.models.grants import QuotaGrant, QuotaUse
from billing.models.held_funds import CampaignFunds, HeldRelease
from billing.models.invoices import BillingProfile, Invoice, InvoiceLine, InvoiceSeries
from billing.models.ledger import Account, Posting, Transfer, TransferResolution
from billing.models.payment_webhooks import PaymentWebhook
from billing.models.payments import Chargeback, PaymentIntent, PaymentPoll, ProviderPayment, Refund
from billing.models.payouts import Payout, PayoutBatch
from billing.models.plans import Plan, PlanVersion, Subscription, SubscriptionCharge, SubscriptionPeriod
from billing.models.price import PriceVersion
from billing.models.provider_costs import ProviderCost
from billing.models.rollups import RollupMark, UsageRollup
from billing.models.usage import UsageAttempt, UsageEvent

__all__ = [
    "EVERYTHING",
    "Account",
    "Allowance",
    "BillingProfile",
    "BudgetNotice",
    "CampaignFunds",
    "Chargeback",
    "HeldRelease",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "PaymentIntent",
    "PaymentPoll",
    "PaymentWebhook",
    "Payout",
    "PayoutBatch",
    "Plan",
    "PlanVersion",
    "Posting",
    "PriceVersion",
    "ProviderCost",
    "ProviderPayment",
    "QuotaGrant",
    "QuotaUse",
    "Refund",
    "Reservation",
    "RollupMark",
    "SpendingSpike",
    "SpendingStop",
    "Subscription",
    "SubscriptionCharge",
    "SubscriptionPeriod",
    "Transfer",
    "TransferResolution",
    "UsageAttempt",
    "UsageEvent",
    "UsageRollup",
]
