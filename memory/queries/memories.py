"""Reads of memories for people."""

from django.db.models import QuerySet

from creators.models import User
from creators.queries.creators import list_creators
from memory.models import Memory


def list_memories(*, creator_id: int, type: str = "", state: str = "") -> QuerySet[Memory]:  # noqa: A002  the field's name
    """Return one creator's memories, narrowed where asked."""
    wanted = {name: value for name, value in (("type", type), ("state", state)) if value}
    return Memory.objects.filter(creator_id=creator_id, **wanted)


def get_memory(*, memory_id: int, acting_user: User) -> Memory:
    """Return a memory of a creator the user may see.

    Raises:
        Memory.DoesNotExist: unknown, or somebody else's.
    """
    return Memory.objects.get(pk=memory_id, creator__in=list_creators(acting_user=acting_user))
