"""Steps over the sources: memories go, interactions are emptied, and everything that rested on them with them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from creators.datasets import INTERACTIONS
from creators.enums import StubCause
from creators.generations import build_namespace
from creators.services.stubs import empty_interactions, remove_told_content
from creators.services.summaries import DISCOVERY
from memory.datasets import MEMORIES, MEMORY_VECTORS
from memory.enums import TargetKind
from memory.models import ForgetRequest, Memory, MemoryEvidence, Signal, Utterance
from memory.services.decay import FADED_EVENT, delete_memories
from memory.services.indexing import remove_documents
from memory.services.locks import lock_formation
from memory.services.realignment import realign_memories
from memory.services.summaries import refresh_summary
from migration.services.forgetting import clear_traces, remove_uncaptured
from veri.platform.cache.aside import drop_namespace
from veri.platform.events.services import publish_event


@transaction.atomic(durable=True)
def remove_sources(request: ForgetRequest, now: datetime) -> int:
    """Delete the memories and empty the interactions in one transaction; return how many of both there were.

    Vectors' keys are noted first, since a vector is a row of its own that MongoDB has too.
    """
    lock_formation(creator_id=request.creator_id)
    mine = Memory.objects.filter(creator_id=request.creator_id, pk__in=request.memory_ids)
    count = mine.count()
    remove_documents(creator_id=request.creator_id, kind=TargetKind.MEMORY, ids=request.memory_ids)
    delete_memories(creator_id=request.creator_id, ids=request.memory_ids, now=now)
    count += strip_interactions(
        creator_id=request.creator_id, ids=request.interaction_ids, cause=StubCause.FORGOTTEN, now=now
    )
    publish_event(name=FADED_EVENT, payload={"creator_id": request.creator_id}, key=str(request.creator_id))
    return count


def strip_interactions(*, creator_id: int, ids: Sequence[int], cause: StubCause, now: datetime) -> int:
    """Empty interactions, with their signals and their place in the index. Needs the creator's formation lock.

    What somebody wants forgotten is evidence no longer, and leaves the catalogue; a policy leaves both.
    """
    if not ids:
        return 0
    remove_documents(creator_id=creator_id, kind=TargetKind.INTERACTION, ids=ids)
    Utterance.objects.filter(creator_id=creator_id, interaction_id__in=ids).delete()
    Signal.objects.filter(interaction__in=ids).delete()
    if cause == StubCause.FORGOTTEN:
        MemoryEvidence.objects.filter(interaction__in=ids).delete()
        remove_told_content(interaction_ids=ids)
    return empty_interactions(interaction_ids=ids, cause=cause, now=now)


def realign(request: ForgetRequest, now: datetime) -> int:
    """Let what rested on the emptied interactions go or be told by what is left."""
    done = realign_memories(creator_id=request.creator_id, now=now)
    return done.removed + done.weakened


def clear_engine(request: ForgetRequest, now: datetime) -> int:
    """Empty what the migration wrote down about the rows, and delete documents no relay brings up to date."""
    count = 0
    for spec, keys in ((MEMORIES, request.memory_ids), (INTERACTIONS, request.interaction_ids)):
        count += clear_traces(dataset=spec.name, keys=keys, scope=request.creator_id)
        count += remove_uncaptured(dataset=spec.name, wanted={"_id": {"$in": keys}})
    for kind, ids in (
        (TargetKind.MEMORY, request.memory_ids),
        (TargetKind.INTERACTION, request.interaction_ids),
    ):
        about = {"kind": kind.value, "target_id": {"$in": ids}}
        count += remove_uncaptured(dataset=MEMORY_VECTORS.name, wanted=about)
    return count


def clear_caches(request: ForgetRequest, now: datetime) -> int:
    """Delete what is cached of the creator and of discovery, and write what brands search anew."""
    refresh_summary(creator_id=request.creator_id, now=now)
    removed = drop_namespace(namespace=build_namespace(creator_id=request.creator_id))
    return removed + drop_namespace(namespace=DISCOVERY)
