"""Bring back what only decayed: at its owner's wish, or because memories are no longer to fade."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from memory.enums import MemoryState
from memory.models import Memory
from memory.services.decay import FADED_EVENT
from memory.services.indexing import index_documents, list_documents
from memory.services.locks import lock_formation
from memory.services.uses import record_citations
from migration.enums import Flag
from migration.queries.flags import read_flag
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

FADED = (MemoryState.DORMANT.value, MemoryState.ARCHIVED.value)
BATCH = 500


@transaction.atomic(durable=True)
def restore_memories(
    *, creator_id: int, memory_ids: Sequence[int], actor: Any, reason: str, now: datetime
) -> list[int]:
    """Make dormant and archived memories of one creator active and findable again; return which ones.

    Restoring is a use: they fade from ``now`` on. Others are passed over. Vectors are made by the next sweep.
    """
    restored = _restore(creator_id, memory_ids)
    if restored:
        record_citations(memory_ids=restored, now=now)
        record_audit(
            actor=actor,
            action="memory.restored",
            target=("creators.creator", str(creator_id)),
            reason=reason,
            after={"memory_ids": restored},
            now=now,
        )
    return restored


def restore_everything(*, now: datetime) -> int:
    """Undo what decay did once it is switched off, a batch a transaction; return how many memories.

    Nothing while ``MEMORY_DECAY`` is effective, or when nothing has faded.
    """
    total = 0
    while not read_flag(Flag.MEMORY_DECAY):
        faded = Memory.objects.filter(state__in=FADED).order_by("pk").values_list("creator_id", "pk")[:BATCH]
        by_creator: dict[int, list[int]] = {}
        for creator_id, pk in faded:
            by_creator.setdefault(creator_id, []).append(pk)
        if not by_creator:
            return total
        for creator_id, ids in by_creator.items():
            total += _restore_batch(creator_id, ids)
    return total


@transaction.atomic(durable=True)
def _restore_batch(creator_id: int, ids: Sequence[int]) -> int:
    return len(_restore(creator_id, ids))


def _restore(creator_id: int, memory_ids: Sequence[int]) -> list[int]:
    lock_formation(creator_id=creator_id)
    faded = Memory.objects.select_for_update().filter(creator_id=creator_id, pk__in=memory_ids, state__in=FADED)
    ids = sorted(faded.order_by("pk").values_list("pk", flat=True))
    if ids:
        Memory.objects.filter(pk__in=ids).update(state=MemoryState.ACTIVE)
        index_documents(creator_id=creator_id, documents=list_documents(Memory.objects.filter(pk__in=ids), []))
        publish_event(name=FADED_EVENT, payload={"creator_id": creator_id}, key=str(creator_id))
    return ids
