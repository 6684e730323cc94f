"""Let memories rest on interactions that exist: after removals, whoever made them.

Deleting an interaction, by the ORM or a plain DELETE, deletes its signals and evidence; what was derived from them is
out of line until this has run.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet

from creators.models import Creator
from memory.models import Memory, MemoryEvidence
from memory.services.indexing import list_creators_with_orphans, remove_orphans
from memory.services.locks import lock_formation
from memory.services.merging import LATEST_EVIDENCE, realign_slot


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
    """Delete memories without evidence, recount the others, rearrange their slots; running it again changes nothing."""
    lock_formation(creator_id=creator_id)
    affected = list(_list_out_of_line(Memory.objects.filter(creator_id=creator_id)))
    empty = [one for one in affected if not _list_evidence(one)]
    Memory.objects.filter(pk__in=[one.pk for one in empty]).delete()
    weakened = [one for one in affected if one not in empty]
    for memory in weakened:
        _recount(memory)
    creator = Creator.objects.get(pk=creator_id)
    for key in sorted({(one.subject, one.predicate) for one in affected if one.is_slot}):
        realign_slot(creator=creator, key=key, now=now)
    unindexed = remove_orphans(creator_id=creator_id)
    return RealignmentResult(removed=len(empty), weakened=len(weakened), unindexed=unindexed)


def _list_out_of_line(memories: QuerySet[Memory]) -> QuerySet[Memory]:
    counted = memories.alias(evidence_count=Count("evidence"))
    return counted.exclude(strength=F("evidence_count"))


def _list_evidence(memory: Memory) -> list[int]:
    rested = MemoryEvidence.objects.filter(memory=memory).order_by("-occurred_at", "-interaction_id")
    return list(rested.values_list("interaction_id", flat=True))


def _recount(memory: Memory) -> None:
    evidence = _list_evidence(memory)
    earliest = MemoryEvidence.objects.filter(memory=memory).aggregate(at=Min("occurred_at"))["at"]
    Memory.objects.filter(pk=memory.pk).update(
        strength=len(evidence), latest_evidence=evidence[:LATEST_EVIDENCE], valid_from=earliest
    )
