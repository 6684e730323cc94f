from billing.admin.allowances import AllowanceAdmin, ReservationAdmin
from billing.admin.campaigns.campaigns import CampaignAdmin, CollaborationAdmin, DisputeAdmin
from billing.admin.campaigns.contracts import ContractAdmin
from billing.admin.campaigns.records import CampaignEventAdmin, OfferAdmin
from billing.admin.grants import QuotaGrantAdmin
from billing.admin.ledger import AccountAdmin, CampaignFundsAdmin, HeldReleaseAdmin, PostingAdmin, TransferAdmin
from billing.admin.payments import (
    ChargebackAdmin,
    PaymentIntentAdmin,
    PaymentWebhookAdmin,
    ProviderPaymentAdmin,
    RefundAdmin,
)
from billing.admin.payouts import PayoutAdmin, PayoutBatchAdmin
from billing.admin.plans import BillingProfileAdmin, InvoiceAdmin, PlanAdmin, SubscriptionAdmin
from billing.admin.prices import PriceVersionAdmin
from billing.admin.records import BudgetNoticeAdmin, ProviderCostAdmin, SpendingSpikeAdmin, UsageAttemptAdmin
from billing.admin.usage import UsageEventAdmin

__all__ = [
    "AccountAdmin",
    "AllowanceAdmin",
    "BillingProfileAdmin",
    "BudgetNoticeAdmin",
    "CampaignAdmin",
    "CampaignEventAdmin",
    "CampaignFundsAdmin",
    "ChargebackAdmin",
    "CollaborationAdmin",
    "ContractAdmin",
    "DisputeAdmin",
    "HeldReleaseAdmin",
    "InvoiceAdmin",
    "OfferAdmin",
    "PaymentIntentAdmin",
    "PaymentWebhookAdmin",
    "PayoutAdmin",
    "PayoutBatchAdmin",
    "PlanAdmin",
    "PostingAdmin",
    "PriceVersionAdmin",
    "ProviderCostAdmin",
    "ProviderPaymentAdmin",
    "QuotaGrantAdmin",
    "RefundAdmin",
    "ReservationAdmin",
    "SpendingSpikeAdmin",
    "SubscriptionAdmin",
    "TransferAdmin",
    "UsageAttemptAdmin",
    "UsageEventAdmin",
]
