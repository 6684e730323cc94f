from billing.models.allowance import Allowance, Reservation
from billing.models.budgets import EVERYTHING, BudgetNotice, SpendingSpike, SpendingStop
from billing.models.grants import QuotaGrant, QuotaUse
from billing.models.price import PriceVersion
from billing.models.provider_costs import ProviderCost
from billing.models.rollups import RollupMark, UsageRollup
from billing.models.usage import UsageAttempt, UsageEvent

__all__ = [
    "EVERYTHING",
    "Allowance",
    "BudgetNotice",
    "PriceVersion",
    "ProviderCost",
    "QuotaGrant",
    "QuotaUse",
    "Reservation",
    "RollupMark",
    "SpendingSpike",
    "SpendingStop",
    "UsageAttempt",
    "UsageEvent",
    "UsageRollup",
]
