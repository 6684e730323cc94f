"""Vectors of things people react to, of the configured model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creators.models import CreatorSummary
from memory.clients.embeddings import get_embedder
from memory.enums import FeedbackTarget
from memory.models import ContentIndexEntry, MemoryVector

Vector = NDArray[np.float32]


def get_target_vector(*, kind: str, target_id: int) -> Vector | None:
    """Return the vector of a creator, content item, memory or interaction; None when there is none."""
    if kind == FeedbackTarget.CREATOR:
        return get_summary_vector(creator_id=target_id)
    embedder = get_embedder()
    model = {"model": embedder.model, "model_version": embedder.model_version}
    if kind == FeedbackTarget.CONTENT:
        entries = ContentIndexEntry.objects.filter(content_id=target_id, **model)
        return to_vector(entries.values_list("embedding", flat=True).first())
    vectors = MemoryVector.objects.filter(kind=kind, target_id=target_id, **model)
    return to_vector(vectors.values_list("embedding", flat=True).first())


def get_summary_vector(*, creator_id: int) -> Vector | None:
    embedder = get_embedder()
    rows = CreatorSummary.objects.filter(pk=creator_id, model=embedder.model, model_version=embedder.model_version)
    return to_vector(rows.values_list("embedding", flat=True).first())


def to_vector(stored: Any | Sequence[float] | None) -> Vector | None:
    """Return numbers from pgvector's value or a list."""
    if stored is None:
        return None
    numbers = stored.to_list() if hasattr(stored, "to_list") else list(stored)
    return np.asarray(numbers, dtype=np.float32)
