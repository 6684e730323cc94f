"""Hold a handle while a person makes up his mind."""

from datetime import datetime, timedelta

from django.db import transaction

from creators.enums import HandleState
from creators.errors import HandleRefused
from creators.handle_keys import compute_key
from creators.models import HandleHold, User
from creators.queries.handles import get_handle_state, is_known_by
from creators.services.locks import lock_handles
from veri.platform.ops.services.audit import record_audit

HELD_FOR = timedelta(minutes=15)


@transaction.atomic(durable=True)
def hold_handle(*, user: User, handle: str, now: datetime) -> HandleHold:
    """Keep a handle for the user for 15 minutes; it replaces what he held before.

    Raises:
        HandleRefused: it cannot be had; what he held before he still holds.
    """
    key = compute_key(handle)
    lock_handles(keys=[key])
    state = get_handle_state(handle=handle, user=user, now=now, is_proven=is_known_by(user=user, handle=handle))
    if state != HandleState.AVAILABLE:
        raise HandleRefused(handle=handle, state=state)
    HandleHold.objects.filter(key=key).delete()  # expired, his own, or beaten by a platform's word
    hold, _ = HandleHold.objects.update_or_create(
        user=user, defaults={"key": key, "handle": handle, "expires_at": now + HELD_FOR}
    )
    return hold


def remove_expired_holds(*, now: datetime) -> int:
    """Delete holds that ran out; return how many."""
    return HandleHold.objects.filter(expires_at__lte=now).delete()[0]


@transaction.atomic(durable=True)
def release_hold(*, hold: HandleHold, acting_user: User, reason: str, now: datetime) -> bool:
    """End somebody's hold, audited; return whether there was one."""
    done = bool(HandleHold.objects.filter(pk=hold.pk).delete()[0])
    if done:
        target = ("creators.handlehold", str(hold.pk))
        record_audit(actor=acting_user, action="handle.hold_released", target=target, reason=reason, now=now)
    return done
