"""Formation: interactions become signals, signals become memories that cite them.

Rules read the interactions at once; what language models stated of them is read from its signals, so that forming
again asks nobody.

Idempotent: what an interaction gave is unique by content, evidence is unique by pair, and strength is counted from
evidence. Formation of one creator is serialised by an advisory lock, so that two workers cannot write the same memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from creators.models import Creator, Interaction
from memory.clients.embeddings import EmbeddingFailed
from memory.enums import TargetKind
from memory.services.contradictions import note_ties, review_statements
from memory.services.indexing import Document, index_documents, list_documents, remove_documents
from memory.services.locks import lock_formation
from memory.services.merging import Merged, merge_candidates
from memory.services.processing import Batch, Processed, get_processor
from memory.services.processing.registry import RULES
from memory.services.signals import copy_signals, read_stated_candidates, read_transcripts
from memory.services.sources import build_sources
from memory.services.utterances import record_utterances
from memory.services.vectors import store_missing_vectors
from veri.platform.events.services import publish_event
from veri.platform.observability.metrics import MEMORY_FORMATIONS

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class FormationResult:
    """Interactions read, signals kept, memories new and strengthened."""

    interactions: int
    signals: int
    formed: int
    strengthened: int


def form_memories(*, creator_id: int, interaction_ids: Sequence[int], now: datetime) -> FormationResult:
    """Form memories from interactions of one creator; running it again changes nothing.

    Interactions that no longer exist are passed over. Publishes ``memories.formed`` when any memory changed.
    """
    creator = Creator.objects.filter(pk=creator_id).first()
    if creator is None:
        return FormationResult(interactions=0, signals=0, formed=0, strengthened=0)
    interactions = list(
        Interaction.objects.filter(creator=creator, pk__in=interaction_ids).order_by("occurred_at", "pk")
    )
    result, documents = _store(creator, interactions, read_interactions(creator, interactions), now=now)
    try:
        store_missing_vectors(creator_id=creator_id, documents=documents)
    except EmbeddingFailed as failure:  # the memories stand; their vectors are made by the next sweep
        logger.warning("vectors_wait", creator=creator_id, reason=str(failure))
    return result


def read_interactions(creator: Creator, interactions: Sequence[Interaction]) -> Processed:
    """Return what is in interactions: by the rules now, and by language models as they once stated it."""
    sources = build_sources(creator=creator, interactions=interactions)
    said = read_transcripts(interaction_ids=[one.interaction_id for one in sources if one.media])
    if said:
        sources = [replace(one, text=f"{one.text}\n{said.get(one.interaction_id, '')}".rstrip()) for one in sources]
    if RULES not in settings.MEMORY_PROCESSORS:
        return Processed(candidates=tuple(read_stated_candidates(sources=sources)))
    read = get_processor(RULES).process(Batch(creator_id=creator.pk, handle=creator.handle, sources=tuple(sources)))
    return replace(read, candidates=(*read.candidates, *read_stated_candidates(sources=sources)))


def merge_processed(creator: Creator, interactions: Sequence[Interaction], read: Processed, *, now: datetime) -> Merged:
    """Merge what was read inside the caller's transaction and formation lock, and look for contradictions."""
    by_id = {one.pk: one for one in interactions}
    candidates = [(by_id[pk], candidate) for pk, candidate in read.candidates]
    merged = merge_candidates(creator=creator, candidates=candidates, now=now)
    note_ties(creator=creator, ties=merged.ties, now=now)
    review_statements(creator=creator, memories=[*merged.formed, *merged.strengthened], now=now)
    return merged


@transaction.atomic(durable=True)
def _store(
    creator: Creator, interactions: list[Interaction], read: Processed, *, now: datetime
) -> tuple[FormationResult, list[Document]]:
    lock_formation(creator_id=creator.pk)
    copy_signals(creator_id=creator.pk, facts=read.signals, now=now)
    merged = merge_processed(creator, interactions, read, now=now)
    remove_documents(creator_id=creator.pk, kind=TargetKind.MEMORY, ids=[one.pk for one in merged.reworded])
    documents = list_documents(merged.memories, interactions)
    index_documents(creator_id=creator.pk, documents=documents)
    record_utterances(creator_id=creator.pk, interactions=interactions)
    if merged.formed or merged.strengthened:
        publish_event(
            name="memories.formed",
            payload={"creator_id": creator.pk, "memory_ids": [one.pk for one in merged.formed]},
            key=str(creator.pk),
        )
    for memory in merged.formed:
        MEMORY_FORMATIONS.labels(type=memory.type).inc()
    result = FormationResult(
        interactions=len(interactions),
        signals=len(read.signals),
        formed=len(merged.formed),
        strengthened=len(merged.strengthened),
    )
    return result, documents
