"""Grants are rows that are added and never changed; the month's limit follows in the same transaction."""

from datetime import datetime

from django.db import transaction

from billing.enums import AllowanceUnit, GrantSource
from billing.errors import GrantConflict
from billing.models import QuotaGrant
from billing.services.allowances import get_quota, lock_allowances
from billing.services.quota_counting import recount_quota

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
