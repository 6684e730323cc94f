from billing.admin.allowances import AllowanceAdmin, ReservationAdmin
from billing.admin.grants import QuotaGrantAdmin
from billing.admin.prices import PriceVersionAdmin
from billing.admin.records import BudgetNoticeAdmin, ProviderCostAdmin, SpendingSpikeAdmin, UsageAttemptAdmin
from billing.admin.usage import UsageEventAdmin

__all__ = [
    "AllowanceAdmin",
    "BudgetNoticeAdmin",
    "PriceVersionAdmin",
    "ProviderCostAdmin",
    "QuotaGrantAdmin",
    "ReservationAdmin",
    "SpendingSpikeAdmin",
    "UsageAttemptAdmin",
    "UsageEventAdmin",
]
