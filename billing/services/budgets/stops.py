"""The switch that stops spending, of everything or of one service."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import SpendingStop
from billing.queries.stops import forget_stops
from veri.platform.ops.services.audit import record_audit


def set_spending_stop(*, scope: str, is_stopped: bool, acting_user: Any, reason: str, now: datetime) -> SpendingStop:
    """Stop or allow what costs money; every process follows within two seconds. Calls under way are still settled."""
    with transaction.atomic(durable=True):
        before = SpendingStop.objects.select_for_update().filter(scope=scope).first()
        label = acting_user.get_username() if hasattr(acting_user, "get_username") else str(acting_user)
        stop, _ = SpendingStop.objects.update_or_create(
            scope=scope,
            defaults={"is_stopped": is_stopped, "reason": reason, "changed_by": label[:150], "changed_at": now},
        )
        record_audit(
            actor=acting_user,
            action="billing.spending.stop" if is_stopped else "billing.spending.allow",
            target=stop,
            reason=reason,
            before={"is_stopped": bool(before and before.is_stopped)},
            after={"is_stopped": is_stopped},
            now=now,
        )
    forget_stops()
    return stop
