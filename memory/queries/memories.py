"""Reads of memories for people."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from creators.models import User
from creators.queries.creators import list_creators
from memory.models import Memory
from memory.stores import MemoryRecord, MemoryStore, MongoMemoryStore, PostgresMemoryStore
from migration.queries.routes import read_routed


@dataclass(frozen=True, kw_only=True)
class MemoryFilter:
    """What a list is narrowed to; empty means everything. ``as_of`` asks for what held at an instant."""

    type: str = ""
    state: str = ""
    as_of: datetime | None = None


def list_memories(*, creator_id: int, wanted: MemoryFilter) -> QuerySet[Memory]:
    """Return one creator's memories, narrowed where asked."""
    named = {name: value for name, value in (("type", wanted.type), ("state", wanted.state)) if value}
    found = Memory.objects.filter(creator_id=creator_id, **named)
    if wanted.as_of is None:
        return found
    holds = Q(valid_to=None) | Q(valid_to__gt=wanted.as_of)
    return found.filter(holds, valid_from__lte=wanted.as_of)


def get_memory(*, memory_id: int, acting_user: User) -> Memory:
    """Return a memory of a creator the user may see.

    Raises:
        Memory.DoesNotExist: unknown, or somebody else's.
    """
    return Memory.objects.get(pk=memory_id, creator__in=list_creators(acting_user=acting_user))


def list_slot_history(*, creator_id: int, subject: str, predicate: str) -> list[MemoryRecord]:
    """Return what a slot held, oldest first, from the routed store."""

    def read(store: MemoryStore) -> list[MemoryRecord]:
        return store.list_slot_history(creator_id=creator_id, subject=subject, predicate=predicate)

    return read_routed(
        datasets=("memories",),
        scope=creator_id,
        from_mongo=lambda: read(MongoMemoryStore()),
        from_postgres=lambda: read(PostgresMemoryStore()),
        kind="slot history",
    ).value
