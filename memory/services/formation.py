"""Formation: interactions become signals, signals become memories that cite them.

Idempotent: what an interaction gave is unique by content, evidence is unique by pair, and strength is counted from
evidence. Formation of one creator is serialised by an advisory lock, so that two workers cannot write the same memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from creators.models import Creator, Interaction
from memory.clients.embeddings import EmbeddingFailed
from memory.extraction import Candidate, Source, extract
from memory.extraction.candidates import SignalFact
from memory.models import Signal
from memory.queries.identities import OwnIdentity, get_own_identity
from memory.services.indexing import Document, index_documents, list_documents
from memory.services.locks import lock_formation
from memory.services.merging import merge_candidates
from memory.services.utterances import record_utterances
from memory.services.vectors import store_missing_vectors
from veri.platform.connections.copying import copy_rows
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
    identity = get_own_identity(creator=creator)
    extracted = [(one, extract(_to_source(one, creator, identity))) for one in interactions]
    facts = [(interaction, fact) for interaction, result in extracted for fact in result.signals]
    candidates = [(interaction, candidate) for interaction, result in extracted for candidate in result.candidates]
    result, documents = _store(creator, interactions, facts, candidates, now=now)
    try:
        store_missing_vectors(creator_id=creator_id, documents=documents)
    except EmbeddingFailed as failure:  # the memories stand; their vectors are made by the next sweep
        logger.warning("vectors_wait", creator=creator_id, reason=str(failure))
    return result


@transaction.atomic(durable=True)
def _store(
    creator: Creator,
    interactions: list[Interaction],
    facts: list[tuple[Interaction, SignalFact]],
    candidates: list[tuple[Interaction, Candidate]],
    *,
    now: datetime,
) -> tuple[FormationResult, list[Document]]:
    lock_formation(creator_id=creator.pk)
    _copy_signals(facts, now=now)
    merged = merge_candidates(creator=creator, candidates=candidates, now=now)
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
        signals=len(facts),
        formed=len(merged.formed),
        strengthened=len(merged.strengthened),
    )
    return result, documents


def _to_source(interaction: Interaction, creator: Creator, identity: OwnIdentity) -> Source:
    return Source(
        interaction_id=interaction.pk,
        handle=creator.handle,
        platform=interaction.platform,
        type=interaction.type,
        channel=interaction.channel,
        author=interaction.author,
        text=interaction.text,
        payload=interaction.payload if isinstance(interaction.payload, dict) else {},
        occurred_at=interaction.occurred_at,
        is_own=identity.wrote(interaction),
    )


def _copy_signals(facts: list[tuple[Interaction, SignalFact]], *, now: datetime) -> None:
    """Store the signals that are not stored yet."""
    read = Signal.objects.filter(interaction__in={one.pk for one, _ in facts})
    known = set(read.values_list("interaction_id", "kind", "value"))
    copy_rows(
        model=Signal,
        columns=("creator_id", "interaction_id", "kind", "value", "number", "unit", "extractor", "recorded_at"),
        rows=(
            (one.creator_id, one.pk, fact.kind.value, fact.value, fact.number, fact.unit, fact.extractor, now)
            for one, fact in facts
            if (one.pk, fact.kind.value, fact.value) not in known
        ),
    )
