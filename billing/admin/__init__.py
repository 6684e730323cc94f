from billing.admin.allowances import AllowanceAdmin, ReservationAdmin
from billing.admin.prices import PriceVersionAdmin
from billing.admin.usage import UsageEventAdmin

__all__ = ["AllowanceAdmin", "PriceVersionAdmin", "ReservationAdmin", "UsageEventAdmin"]
