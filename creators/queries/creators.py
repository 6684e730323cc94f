"""Reads of creators and their connections."""

from collections.abc import Sequence

from django.db.models import QuerySet

from creators.enums import ConsentState
from creators.models import Creator, FormerHandle, PlatformConnection, User
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows

_GET = "SELECT {creator} FROM creators_creator creator WHERE creator.handle = %s AND (%s OR creator.owner_id = %s)"

_FOLLOW = """
SELECT {creator} FROM creators_creator creator JOIN creators_formerhandle former ON former.creator_id = creator.id
WHERE former.handle = %s AND (%s OR creator.owner_id = %s)"""


def list_creators(*, acting_user: User) -> QuerySet[Creator]:
    """Return the creators a user may see: all for staff, else the user's own."""
    if acting_user.is_staff:
        return Creator.objects.all()
    return Creator.objects.filter(owner=acting_user)


def get_creator(*, handle: str, acting_user: User) -> Creator:
    """Return one creator the user may see, like ``list_creators``, by his handle or a former one.

    Every question asks for it.

    Raises:
        Creator.DoesNotExist: unknown, or somebody else's.
    """
    columns = list_columns(model=Creator, table="creator")
    found = fetch_rows(_GET.format(creator=columns), [handle, acting_user.is_staff, acting_user.pk])
    found = found or fetch_rows(_FOLLOW.format(creator=columns), [handle, acting_user.is_staff, acting_user.pk])
    if not found:
        raise Creator.DoesNotExist
    return build_instance(model=Creator, row=found[0])


def list_connections(*, creator: Creator) -> QuerySet[PlatformConnection]:
    return PlatformConnection.objects.filter(creator=creator).select_related("token", "sync_plan")


def find_ingest_targets(*, handles: Sequence[str], acting_user: User | None) -> dict[str, tuple[int, bool]]:
    """Return (creator id, whether it takes interactions) by handle, for creators the user may write to.

    None stands for an operator without limit. Handles that are unknown or somebody else's are left out.
    """
    creators = Creator.objects.filter(handle__in=handles)
    if acting_user is not None and not acting_user.is_staff:
        creators = creators.filter(owner=acting_user)
    rows = creators.values_list("handle", "id", "is_active", "consent_state")
    found = {handle: (pk, active and consent != ConsentState.WITHDRAWN) for handle, pk, active, consent in rows}
    missing = [handle for handle in handles if handle not in found]
    return found | _follow(missing, acting_user) if missing else found


def _follow(handles: Sequence[str], acting_user: User | None) -> dict[str, tuple[int, bool]]:
    """Return what former handles lead to, in the form of ``find_ingest_targets``."""
    led = FormerHandle.objects.filter(handle__in=handles, creator__isnull=False)
    if acting_user is not None and not acting_user.is_staff:
        led = led.filter(creator__owner=acting_user)
    rows = led.values_list("handle", "creator_id", "creator__is_active", "creator__consent_state")
    return {handle: (pk, active and consent != ConsentState.WITHDRAWN) for handle, pk, active, consent in rows}


def list_known_handles(*, handles: Sequence[str]) -> set[str]:
    return set(Creator.objects.filter(handle__in=handles).values_list("handle", flat=True))
