"""Make sure of a handle before a creator gets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError

from creators.enums import HandleState
from creators.errors import HandleRefused, HandleTaken
from creators.handle_keys import compute_key
from creators.models import FormerHandle, User
from creators.queries.handles import get_handle_state
from creators.services.locks import lock_handles

_CONSTRAINTS = {"creator_handle_unique", "creator_handle_key_unique"}


def take_handle(*, handle: str, user: User | None, now: datetime, is_proven: bool = False) -> str:
    """Make sure of a handle for a new creator, inside the caller's transaction; return its key.

    Raises:
        HandleRefused: it cannot be had.
    """
    key = compute_key(handle)
    lock_handles(keys=[key])
    state = get_handle_state(handle=handle, user=user, now=now, is_proven=is_proven)
    if state != HandleState.AVAILABLE:
        raise HandleTaken(handle=handle) if state == HandleState.TAKEN else HandleRefused(handle=handle, state=state)
    FormerHandle.objects.filter(key=key).delete()  # its time is over
    return key


@contextmanager
def convert_taken(handle: str) -> Iterator[None]:
    """Turn the database's last word on two creators with one handle into ours; around the transaction.

    Raises:
        HandleTaken: another creator has the handle, or one that looks like it.
    """
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint in _CONSTRAINTS:
            raise HandleTaken(handle=handle) from error
        raise
