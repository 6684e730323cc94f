"""Whether a handle can be had, what proves a claim to it, and whom a former handle leads to."""

from datetime import datetime

from django.db.models import QuerySet

from creators.enums import ConnectionState, HandleState, ReservedKind
from creators.handle_keys import compute_key, is_handle
from creators.models import Creator, FormerHandle, HandleHold, PlatformConnection, ReservedHandle, User


def get_handle_state(
    *, handle: str, user: User | None, now: datetime, creator_id: int = 0, is_proven: bool = False
) -> HandleState:
    """Return whether a user can have a handle now, for a new creator or for the given one of his.

    With ``is_proven`` a platform knows him by it: then known names are his, and others' holds do not count.
    """
    if not is_handle(handle):
        return HandleState.INVALID
    key = compute_key(handle)
    reserved = ReservedHandle.objects.filter(key=key, is_active=True).first()
    if reserved is not None and not (is_proven and reserved.kind == ReservedKind.KNOWN):
        return HandleState.RESERVED
    holder = Creator.objects.filter(handle_key=key).exclude(pk=creator_id).only("handle").first()
    if holder is not None:
        return HandleState.TAKEN if holder.handle == handle else HandleState.CONFUSABLE
    if FormerHandle.objects.filter(key=key, blocked_until__gt=now).exclude(creator_id=creator_id).exists():
        return HandleState.TAKEN
    held = HandleHold.objects.filter(key=key, expires_at__gt=now).exclude(user_id=user.pk if user else 0)
    return HandleState.HELD if held.exists() and not is_proven else HandleState.AVAILABLE


def is_known_by(*, user: User, handle: str) -> bool:
    """Return whether a connected platform knows one of the user's creators by a name with the handle's key."""
    key = compute_key(handle)
    connected = PlatformConnection.objects.filter(creator__owner=user, state=ConnectionState.ACTIVE)
    return any(compute_key(name) == key for name in connected.values_list("account_name", flat=True) if name)


def filter_look_alikes(creators: QuerySet[Creator]) -> QuerySet[Creator]:
    """Return those creators whose handle looks like an older one's: their keys are marked."""
    return creators.filter(handle_key__contains="#")
