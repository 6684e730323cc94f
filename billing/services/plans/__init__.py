"""Plans: published in versions, subscribed to, changed, taken month by month, dunned, ended."""

from billing.services.plans.changing import apply_upgrade, cancel_subscription, change_plan
from billing.services.plans.charging import apply_charge
from billing.services.plans.clock import advance_subscriptions
from billing.services.plans.publishing import publish_plan
from billing.services.plans.starting import start_subscription

__all__ = [
    "advance_subscriptions",
    "apply_charge",
    "apply_upgrade",
    "cancel_subscription",
    "change_plan",
    "publish_plan",
    "start_subscription",
]
