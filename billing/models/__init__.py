from billing.models.allowance import Allowance, Reservation
from billing.models.price import PriceVersion
from billing.models.usage import UsageEvent

__all__ = ["Allowance", "PriceVersion", "Reservation", "UsageEvent"]
