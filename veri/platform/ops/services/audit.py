"""Write the audit trail."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.models import AuditEntry


def record_audit(
    *,
    actor: Any,
    action: str,
    target: Model | tuple[str, str],
    now: datetime,
    reason: str = "",
    before: Any = None,
    after: Any = None,
) -> AuditEntry:
    """Record one action in the transaction that carries it out.

    ``actor`` is a user, or the name of what acts by itself (``"beat"``). ``target`` is a row or ``(type, id)``.
    ``before`` and ``after`` are JSON values. The request's id comes from the logging context.

    Raises:
        TransactionRequired: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="an audit entry")
    target_type, target_id = _describe_target(target)
    return AuditEntry.objects.create(
        at=now,
        actor_id=getattr(actor, "pk", None),
        actor_label=_describe_actor(actor),
        action=action,
        target_type=target_type,
        target_id=target_id,
        reason=reason,
        before=before,
        after=after,
        request_id=_get_request_id(),
    )


def _describe_target(target: Model | tuple[str, str]) -> tuple[str, str]:
    return target if isinstance(target, tuple) else (target._meta.label_lower, str(target.pk))  # noqa: SLF001  Django's documented API


def _describe_actor(actor: Any) -> str:
    return str(actor.get_username() if hasattr(actor, "get_username") else actor or "system")[:150]


def _get_request_id() -> str:
    import structlog  # loads on first use: models are imported by every command

    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
