"""Let memories rest on interactions that exist: after removals, whoever made them.

Deleting an interaction, by the ORM or a plain DELETE, deletes its signals and evidence; what was derived from them is
out of line until this has run.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, QuerySet

from creators.models import Creator
from memory.enums import TargetKind
from memory.extraction.wording import is_worded
from memory.models import Memory, MemoryEvidence
from memory.services.indexing import (
    index_documents,
    list_creators_with_orphans,
    list_documents,
    remove_documents,
    remove_orphans,
)
from memory.services.locks import lock_formation
from memory.services.merging import LATEST_EVIDENCE, realign_group, realign_slot, reword
from memory.services.timeline import Words


@dataclass(frozen=True, kw_only=True)
class RealignmentResult:
    """Memories that lost all or some of their evidence, and documents taken out of the index."""

    removed: int
    weakened: int
    unindexed: int


def list_creators_out_of_line() -> list[int]:
    """Return the creators with memories whose evidence is not what they say, or with index entries of what is gone.

    Reads every memory and every index entry.
    """
    memories = _list_out_of_line(Memory.objects.all()).order_by().values_list("creator_id", flat=True)
    return sorted({*memories.distinct(), *list_creators_with_orphans()})


@transaction.atomic(durable=True)
def realign_memories(*, creator_id: int, now: datetime) -> RealignmentResult:
    """Delete memories without evidence, recount the others, arrange anew what they stand beside.

    Running it again changes nothing. Memories that lost the evidence their words came from take those of the earliest
    that is left.
    """
    lock_formation(creator_id=creator_id)
    affected = list(_list_out_of_line(Memory.objects.filter(creator_id=creator_id)))
    empty = [one for one in affected if not _list_evidence(one)]
    Memory.objects.filter(pk__in=[one.pk for one in empty]).delete()
    weakened = [one for one in affected if one not in empty]
    reworded = [memory for memory in weakened if _recount(memory)]
    creator = Creator.objects.get(pk=creator_id)
    merged = [
        realign_slot(creator=creator, key=key, now=now)
        for key in sorted({(one.subject, one.predicate) for one in affected if one.is_slot})
    ]
    worded = [one for one in affected if not one.is_slot and is_worded(one.predicate)]
    groups = sorted({(one.type, one.subject, one.predicate) for one in worded})
    merged += [realign_group(creator=creator, key=group, now=now) for group in groups]
    _index_anew(creator_id, [*reworded, *(memory for one in merged for memory in [*one.formed, *one.reworded])])
    unindexed = remove_orphans(creator_id=creator_id)
    return RealignmentResult(removed=len(empty), weakened=len(weakened), unindexed=unindexed)


def _list_out_of_line(memories: QuerySet[Memory]) -> QuerySet[Memory]:
    counted = memories.alias(evidence_count=Count("evidence"))
    return counted.exclude(strength=F("evidence_count"))


def _index_anew(creator_id: int, memories: list[Memory]) -> None:
    """Index memories that have other words now, or are new; their vectors are made by the next sweep."""
    existing = Memory.objects.filter(pk__in={one.pk for one in memories})
    documents = list_documents(existing, [])
    remove_documents(creator_id=creator_id, kind=TargetKind.MEMORY, ids=[one.target_id for one in documents])
    index_documents(creator_id=creator_id, documents=documents)


def _list_evidence(memory: Memory) -> list[MemoryEvidence]:
    rested = MemoryEvidence.objects.filter(memory=memory)
    return list(rested.order_by("-occurred_at", "-interaction_id"))


def _recount(memory: Memory) -> bool:
    """Bring a memory in line with its evidence; return whether its words changed."""
    evidence = _list_evidence(memory)
    earliest = evidence[-1]
    words = Words(earliest.value, earliest.text) if earliest.text else Words(memory.value, memory.text)
    is_reworded = words != (memory.value, memory.text)
    reword(memory, words)
    Memory.objects.filter(pk=memory.pk).update(
        strength=len(evidence),
        latest_evidence=[one.interaction_id for one in evidence[:LATEST_EVIDENCE]],
        valid_from=earliest.occurred_at,
        value=memory.value,
        text=memory.text,
        importance=memory.importance,
    )
    return is_reworded
