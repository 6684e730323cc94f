"""Embeddings behind one interface: wordllama by default, Voyage when a key is set. 256 dimensions, unit length."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from memory.models.index import DIMENSIONS
from veri.platform.observability.metrics import VECTOR_OPERATION_DURATION

Vectors = NDArray[np.float32]


class EmbeddingFailed(Exception):
    """Raised when a provider gives no usable vectors; the text says which and why."""


class Embedder(Protocol):
    """A model that turns texts into vectors."""

    model: str
    model_version: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, of any length."""


def embed_texts(texts: Sequence[str]) -> Vectors:
    """Return unit vectors, shape ``(len(texts), 256)``, with the configured provider.

    Raises:
        EmbeddingFailed: when the provider is away, or gives another shape or numbers that are not finite.
    """
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    with VECTOR_OPERATION_DURATION.labels(operation="embed").time():
        vectors = np.asarray(get_embedder().embed([text or " " for text in texts]), dtype=np.float32)
    return _check(vectors, count=len(texts))


@cache
def get_embedder() -> Embedder:
    """Return this process's embedder; the model is loaded at its first use."""
    if settings.EMBEDDING_PROVIDER == "voyage":
        from memory.clients.voyage.client import VoyageEmbedder  # only where it is configured

        return VoyageEmbedder(
            api_key=settings.VOYAGE_API_KEY, base_url=settings.VOYAGE_BASE_URL, model=settings.VOYAGE_MODEL
        )
    from memory.clients.wordllama.client import WordllamaEmbedder  # loads a model

    return WordllamaEmbedder()


def _check(vectors: Vectors, *, count: int) -> Vectors:
    if vectors.shape != (count, DIMENSIONS):
        raise EmbeddingFailed(f"expected {count} vectors of {DIMENSIONS} numbers, got shape {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(lengths > 0, lengths, 1)
    if not np.isfinite(unit).all():
        raise EmbeddingFailed("the provider gave numbers that are not finite")
    return unit.astype(np.float32)
