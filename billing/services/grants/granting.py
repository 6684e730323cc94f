"""Grants are rows that are added and never changed; the month's limit follows in the same transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.enums import AllowanceUnit, GrantSource
from billing.errors import GrantConflict
from billing.models import QuotaGrant
from billing.services.allowances import get_quota, lock_allowances
from billing.services.quota_counting import recount_quota
from veri.platform.ops.services.audit import record_audit

STAFF_PRIORITY = 90  # after what was paid for
_COMPARED = ("creator_id", "feature", "units", "source", "priority", "valid_from", "expires_at")


@transaction.atomic
def grant_quota(
    *,
    creator_id: int,
    feature: str,
    units: int,
    source: GrantSource,
    priority: int,
    valid_from: datetime,
    expires_at: datetime,
    key: str,
    now: datetime,
) -> QuotaGrant:
    """Grant units of a feature (``assistant``: questions) in ``[valid_from, expires_at)``, in the caller's transaction.

    Lower priorities are used first, within one what expires first. A ``plan`` grant takes the place of what everybody
    has while it holds; others are added. The same key with the same contents returns the first grant.

    Raises:
        GrantConflict: the key was used for another grant.
    """
    scope = f"quota:{feature}:{creator_id}"
    base = get_quota(feature)
    allowance = lock_allowances(wanted={scope: (AllowanceUnit.REQUESTS, base)}, now=now)[scope]
    values = dict(zip(_COMPARED, (creator_id, feature, units, source, priority, valid_from, expires_at), strict=True))
    if known := QuotaGrant.objects.filter(key=key).first():
        if any(getattr(known, name) != value for name, value in values.items()):
            raise GrantConflict(f"The key {key} was used for another grant.")
        return known
    allowance.recount_at = allowance.recount_at or now
    recount_quota(allowance=allowance, base=base, now=now)  # what was used until now is not taken from the new one
    grant = QuotaGrant.objects.create(**values, key=key, granted_at=now)
    recount_quota(allowance=allowance, base=base, now=now)
    return grant


@transaction.atomic
def grant_by_staff(
    *,
    creator_id: int,
    feature: str,
    units: int,
    expires_at: datetime,
    key: str,
    acting_user: Any,
    reason: str,
    now: datetime,
) -> QuotaGrant:
    """Grant units from now on by a person's decision, with its audit entry."""
    grant = grant_quota(
        creator_id=creator_id,
        feature=feature,
        units=units,
        source=GrantSource.STAFF,
        priority=STAFF_PRIORITY,
        valid_from=now,
        expires_at=expires_at,
        key=key,
        now=now,
    )
    after = {"creator": creator_id, "feature": feature, "units": units, "expires_at": expires_at.isoformat()}
    record_audit(actor=acting_user, action="billing.quota.grant", target=grant, reason=reason, after=after, now=now)
    return grant
