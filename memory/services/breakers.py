"""Let a model's calls flow again before its breaker would by itself."""

from datetime import datetime
from typing import Any

from django.db import transaction

from memory.clients.models.breaker import close_breaker
from veri.platform.ops.services.audit import record_audit


def reset_breaker(*, name: str, acting_user: Any, reason: str, now: datetime) -> None:
    """Close the breaker of ``provider:model`` and forget a spend limit its provider reported, for every process."""
    with transaction.atomic(durable=True):
        record_audit(
            actor=acting_user, action="memory.breaker.close", target=("memory.model", name), reason=reason, now=now
        )
    close_breaker(name)
