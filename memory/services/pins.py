"""Pin memories: what a person holds on to is never forgotten by itself."""

from datetime import datetime
from typing import Any

from django.db import transaction

from memory.models import Memory
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def set_pin(*, memory_id: int, is_pinned: bool, acting_user: Any, reason: str, now: datetime) -> bool:
    """Pin or unpin a memory; return whether that changed anything. What is so already is left as it is.

    Raises:
        Memory.DoesNotExist: unknown.
    """
    memory = Memory.objects.select_for_update().get(pk=memory_id)
    if memory.is_pinned == is_pinned:
        return False
    Memory.objects.filter(pk=memory_id).update(is_pinned=is_pinned)
    record_audit(
        actor=acting_user,
        action="memory.pinned" if is_pinned else "memory.unpinned",
        target=memory,
        reason=reason,
        before={"is_pinned": not is_pinned},
        after={"is_pinned": is_pinned},
        now=now,
    )
    return True
