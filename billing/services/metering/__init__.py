"""Reserve → call → settle, in PostgreSQL: nothing overspends, everything is metered once.

Many actions share one transaction, so that a burst waits for few commits; one action is a batch of one. Reservations
are locked in the order of their ids, then allowances in the order of their scope names. The unique action makes every
step idempotent.
"""

from billing.services.metering.charging import charge_many, charge_usage
from billing.services.metering.events import Attempt
from billing.services.metering.requests import Refusal, UsageRequest
from billing.services.metering.reserving import HOLD, release_usage, reserve_many, reserve_usage
from billing.services.metering.settling import (
    Settlement,
    charge_estimate,
    expire_reservations,
    settle_many,
    settle_usage,
)

__all__ = [
    "HOLD",
    "Attempt",
    "Refusal",
    "Settlement",
    "UsageRequest",
    "charge_estimate",
    "charge_many",
    "charge_usage",
    "expire_reservations",
    "release_usage",
    "reserve_many",
    "reserve_usage",
    "settle_many",
    "settle_usage",
]
