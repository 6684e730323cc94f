from billing.models.allowance import Allowance, Reservation
from billing.models.budgets import EVERYTHING, BudgetNotice, SpendingSpike, SpendingStop
from billing.models.campaign_tasks import CampaignReminder, CampaignTask
from billing.models.campaigns import Campaign, CampaignEvent, Collaboration
from billing.models.contracts import (
    Contract,
    ContractEvent,
    ContractSeal,
    ContractTemplate,
    ContractTemplateVersion,
    ContractVersion,
    Signature,
)
from billing.models.deliverables import Deliverable, PublicationProof, Submission, UsageRight
from billing.models.disputes import Dispute, DisputeStatement, Rating
from billing.models.grants import QuotaGrant, QuotaUse
from billing.models.held_funds import CampaignFunds, HeldRelease
from billing.models.invoices import BillingProfile, Invoice, InvoiceLine, InvoiceSeries
from billing.models.ledger import Account, Posting, Transfer, TransferResolution
from billing.models.offers import Offer
from billing.models.outcomes import CampaignOutcome
from billing.models.payment_webhooks import PaymentWebhook
from billing.models.payments import Chargeback, PaymentIntent, PaymentPoll, ProviderPayment, Refund
from billing.models.payouts import Payout, PayoutBatch
from billing.models.plans import Plan, PlanVersion, Subscription, SubscriptionCharge, SubscriptionPeriod
from billing.models.price import PriceVersion
from billing.models.provider_costs import ProviderCost
from billing.models.rollups import RollupMark, UsageRollup
from billing.models.usage import UsageAttempt, UsageEvent
from billing.models.workflows import WorkflowTemplate, WorkflowVersion

__all__ = [
    "EVERYTHING",
    "Account",
    "Allowance",
    "BillingProfile",
    "BudgetNotice",
    "Campaign",
    "CampaignEvent",
    "CampaignFunds",
    "CampaignOutcome",
    "CampaignReminder",
    "CampaignTask",
    "Chargeback",
    "Collaboration",
    "Contract",
    "ContractEvent",
    "ContractSeal",
    "ContractTemplate",
    "ContractTemplateVersion",
    "ContractVersion",
    "Deliverable",
    "Dispute",
    "DisputeStatement",
    "HeldRelease",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "Offer",
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
    "PublicationProof",
    "QuotaGrant",
    "QuotaUse",
    "Rating",
    "Refund",
    "Reservation",
    "RollupMark",
    "Signature",
    "SpendingSpike",
    "SpendingStop",
    "Submission",
    "Subscription",
    "SubscriptionCharge",
    "SubscriptionPeriod",
    "Transfer",
    "TransferResolution",
    "UsageAttempt",
    "UsageEvent",
    "UsageRight",
    "UsageRollup",
    "WorkflowTemplate",
    "WorkflowVersion",
]
