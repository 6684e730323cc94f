from billing.admin.allowances import AllowanceAdmin, ReservationAdmin
from billing.admin.campaigns.campaigns import CampaignAdmin, CollaborationAdmin, DisputeAdmin
from billing.admin.campaigns.contracts import ContractAdmin
from billing.admin.campaigns.records import CampaignEventAdmin, OfferAdmin
from billing.admin.grants import QuotaGrantAdmin
from billing.admin.prices import PriceVersionAdmin
from billing.admin.records import BudgetNoticeAdmin, ProviderCostAdmin, SpendingSpikeAdmin, UsageAttemptAdmin
from billing.admin.usage import UsageEventAdmin

__all__ = [
    "AllowanceAdmin",
    "BudgetNoticeAdmin",
    "CampaignAdmin",
    "CampaignEventAdmin",
    "CollaborationAdmin",
    "ContractAdmin",
    "DisputeAdmin",
    "OfferAdmin",
    "PriceVersionAdmin",
    "ProviderCostAdmin",
    "QuotaGrantAdmin",
    "ReservationAdmin",
    "SpendingSpikeAdmin",
    "UsageAttemptAdmin",
    "UsageEventAdmin",
]
