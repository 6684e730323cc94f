"""Add prices. A price is never changed or removed: a later version replaces it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import PriceVersion
from billing.services.pricing import forget_prices
from veri.platform.ops.services.audit import record_audit


def insert_price(*, price: PriceVersion, acting_user: Any, reason: str, now: datetime) -> PriceVersion:
    """Store a new price version inside the caller's transaction.

    Raises:
        TransactionRequired: outside of a transaction.
    """
    price.save(force_insert=True)
    record_audit(
        actor=acting_user,
        action="billing.price.add",
        target=price,
        reason=reason,
        after={
            name: str(getattr(price, name))
            for name in ("service", "model", "prompt_above", "effective_from", "input", "output")
        },
        now=now,
    )
    transaction.on_commit(forget_prices)
    return price
