"""Change how much a scope may use."""

from datetime import datetime
from typing import Any

from billing.models import Allowance
from veri.platform.ops.services.audit import record_audit


def apply_limit(*, allowance: Allowance, limit: int, acting_user: Any, reason: str, now: datetime) -> Allowance:
    """Set an allowance's limit inside the caller's transaction; spent and reserved amounts stay as they are.

    A limit below what is used refuses further use, it takes nothing back. Concurrent reservations wait for the row.

    Raises:
        TransactionRequired: outside of a transaction.
    """
    locked = Allowance.objects.select_for_update().get(pk=allowance.pk)
    record_audit(
        actor=acting_user,
        action="billing.allowance.limit",
        target=locked,
        reason=reason,
        before={"limit": locked.limit},
        after={"limit": limit},
        now=now,
    )
    Allowance.objects.filter(pk=locked.pk).update(limit=limit, is_set_by_staff=True)
    locked.refresh_from_db()
    return locked
