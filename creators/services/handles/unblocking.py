"""Let former handles be taken: before their time by staff, and in time."""

from datetime import datetime

from django.db import transaction

from creators.models import FormerHandle, User
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def end_block(*, former: FormerHandle, acting_user: User, reason: str, now: datetime) -> bool:
    """End the block of a former handle, audited; return whether it was blocked."""
    done = bool(FormerHandle.objects.filter(pk=former.pk, blocked_until__gt=now).update(blocked_until=now))
    if done:
        record_audit(actor=acting_user, action="handle.block_ended", target=former, reason=reason, now=now)
    return done


def remove_ended_blocks(*, now: datetime) -> int:
    """Delete former handles that lead nowhere and are blocked no longer: erased creators leave them behind."""
    return FormerHandle.objects.filter(creator=None, blocked_until__lte=now).delete()[0]
