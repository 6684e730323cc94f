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
from migration.queries.flags import is_flag_on
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


def restore_unreached(*, now: datetime) -> int:
    """Undo what decay did to creators ``MEMORY_DECAY`` does not reach, any longer or at all; return how many memories.

    Switched off it reaches nobody. A batch a transaction; running it again changes nothing.
    """
    creators = Memory.objects.filter(state__in=FADED).order_by().values_list("creator_id", flat=True).distinct()
    return sum(_restore_all(pk) for pk in sorted(creators) if not is_flag_on(Flag.MEMORY_DECAY, scope=pk))


def _restore_all(creator_id: int) -> int:
    total = 0
    faded = Memory.objects.filter(creator_id=creator_id, state__in=FADED).order_by("pk").values_list("pk", flat=True)
    while ids := list(faded[:BATCH]):
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
