"""Who gets a handle: claims for new creators, and changes of handles."""

from datetime import datetime, timedelta

from django.db import transaction

from creators.enums import HandleState
from creators.errors import ClaimNotProven, HandleChangedLately, HandleRefused
from creators.handle_keys import compute_key
from creators.models import Creator, FormerHandle, HandleHold, User
from creators.queries.handles import get_handle_state, is_known_by
from creators.services.creators import insert_creator
from creators.services.handles.taking import convert_taken, take_handle
from creators.services.locks import lock_handles
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

BLOCKED_FOR = timedelta(days=90)
CHANGED_EVERY = timedelta(days=30)
CHANGED_EVENT = "creator.handle_changed"


def claim_handle(*, user: User, handle: str, now: datetime) -> Creator:
    """Make a creator of the user's with a handle; of any number of claims at once one wins.

    Needs a proven address, or a connected platform that knows him by the handle, which also opens known names.

    Raises:
        ClaimNotProven: neither.
        HandleRefused: it cannot be had.
    """
    is_known = _require_proof(user, handle)
    with convert_taken(handle), transaction.atomic(durable=True):
        key = take_handle(handle=handle, user=user, now=now, is_proven=is_known)
        HandleHold.objects.filter(key=key).delete()
        creator = Creator(handle=handle, handle_key=key, owner=user)
        insert_creator(creator=creator, acting_user=user, now=now)
    return creator


def change_handle(*, creator: Creator, handle: str, acting_user: User, now: datetime, reason: str = "") -> Creator:
    """Give a creator of the user's another handle; the old one leads to him and stays blocked for 90 days.

    Publishes ``creator.handle_changed`` {creator_id}.

    Raises:
        HandleChangedLately: less than 30 days ago.
        ClaimNotProven: like ``claim_handle``; HandleRefused: it cannot be had.
    """
    is_known = _require_proof(acting_user, handle)
    if creator.handle_changed_at is not None and now - creator.handle_changed_at < CHANGED_EVERY:
        raise HandleChangedLately("A handle can be changed once in 30 days.")
    with convert_taken(handle), transaction.atomic(durable=True):
        return apply_handle_change(
            creator=creator, handle=handle, acting_user=acting_user, now=now, reason=reason, is_proven=is_known
        )


def apply_handle_change(
    *,
    creator: Creator,
    handle: str,
    acting_user: User,
    now: datetime,
    reason: str,
    is_proven: bool = False,
    may_take_reserved: bool = False,
) -> Creator:
    """Change a handle inside the caller's transaction; staff may take reserved ones.

    Raises:
        HandleRefused: it cannot be had.
        IntegrityError: somebody made a creator with it without the handle's lock.
    """
    before, key = creator.handle, compute_key(handle)
    lock_handles(keys=[key, compute_key(before)])
    stored = Creator.objects.select_for_update().get(pk=creator.pk)
    owner = stored.owner if stored.owner_id else acting_user
    state = get_handle_state(handle=handle, user=owner, now=now, creator_id=stored.pk, is_proven=is_proven)
    if state != HandleState.AVAILABLE and not (may_take_reserved and state == HandleState.RESERVED):
        raise HandleRefused(handle=handle, state=state)
    FormerHandle.objects.filter(key=key).delete()
    HandleHold.objects.filter(key=key).delete()
    if stored.handle_key == compute_key(stored.handle) and stored.handle_key != key:
        _block(creator=stored, now=now)
    stored.handle, stored.handle_key, stored.handle_changed_at, stored.updated_at = handle, key, now, now
    stored.save(update_fields=["handle", "handle_key", "handle_changed_at", "updated_at"])
    record_audit(
        actor=acting_user,
        action="creator.handle_changed",
        target=stored,
        reason=reason,
        before={"handle": before},
        after={"handle": handle},
        now=now,
    )
    publish_event(name=CHANGED_EVENT, key=str(stored.pk), payload={"creator_id": stored.pk})
    return stored


def release_handle(*, creator: Creator, now: datetime) -> None:
    """Block the handle of a creator who is being erased, inside the caller's transaction; it leads nowhere."""
    _block(creator=creator, now=now)
    FormerHandle.objects.filter(creator=creator).update(creator=None)
    HandleHold.objects.filter(user=creator.owner_id).delete()


def _block(*, creator: Creator, now: datetime) -> None:
    FormerHandle.objects.update_or_create(
        key=creator.handle_key,
        defaults={
            "handle": creator.handle,
            "creator": creator,
            "released_at": now,
            "blocked_until": now + BLOCKED_FOR,
        },
    )


def _require_proof(user: User, handle: str) -> bool:
    """Return whether a platform knows the user by the handle.

    Raises:
        ClaimNotProven: it does not, and his address is not proven.
    """
    is_known = is_known_by(user=user, handle=handle)
    if not is_known and user.email_proven_at is None:
        raise ClaimNotProven("Prove your e-mail address first, or connect the platform account of this name.")
    return is_known
