"""Grant what a plan gives, once per period and feature."""

from datetime import datetime

from billing.enums import GrantSource
from billing.models import PlanVersion, SubscriptionPeriod
from billing.services.grants import grant_quota

PRIORITY = 10


def grant_period(*, period: SubscriptionPeriod, now: datetime) -> None:
    """Grant a period's quotas to its creator, in the caller's transaction; again grants nothing more."""
    creator_id = period.subscription.creator_id
    if creator_id is None:  # a brand's plan has no quotas yet
        return
    for feature, units in period.version.quotas.items():
        grant_quota(
            creator_id=creator_id,
            feature=feature,
            units=units,
            source=GrantSource.PLAN,
            priority=PRIORITY,
            valid_from=period.starts_at,
            expires_at=period.ends_at,
            key=f"plan:{period.subscription_id}:{period.number}:{feature}",
            now=now,
        )


def grant_difference(*, period: SubscriptionPeriod, old: PlanVersion, new: PlanVersion, now: datetime) -> None:
    """Grant what an upgrade adds to the quotas of a period that has begun."""
    creator_id = period.subscription.creator_id
    for feature, units in new.quotas.items():
        more = units - old.quotas.get(feature, 0)
        if more > 0 and creator_id is not None:
            grant_quota(
                creator_id=creator_id,
                feature=feature,
                units=more,
                source=GrantSource.PLAN,
                priority=PRIORITY,
                valid_from=now,
                expires_at=period.ends_at,
                key=f"plan:{period.subscription_id}:{period.number}:{feature}:{new.pk}",
                now=now,
            )
