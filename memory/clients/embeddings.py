"""Embeddings behind one interface: wordllama by default, Voyage when a key is set. 256 dimensions, unit length."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from memory.models.index import DIMENSIONS
from veri.platform.observability.metrics import VECTOR_OPERATION_DURATION

Vectors = NDArray[np.float32]


class EmbeddingFailed(Exception):
    """Raised when a provider gives no usable vectors; the text says which and why.

    ``may_have_cost`` tells that the request went out and no answer says what it cost.
    """

    def __init__(self, message: str, *, may_have_cost: bool = False) -> None:
        self.may_have_cost = may_have_cost
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Embedding:
    """Vectors, one row per text, and the tokens the provider counted for them."""

    vectors: Vectors
    tokens: int = 0


class Embedder(Protocol):
    """A model that turns texts into vectors. ``service`` is what it is billed as, empty when it is free."""

    model: str
    model_version: str
    service: str

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Return one row per text, of any length; a billed one makes one call."""


def embed_texts(texts: Sequence[str]) -> Embedding:
    """Return unit vectors, shape ``(len(texts), 256)``, with the configured provider.

    Raises:
        EmbeddingFailed: when the provider is away, or gives another shape or numbers that are not finite.
    """
    if not texts:
        return Embedding(vectors=np.zeros((0, DIMENSIONS), dtype=np.float32))
    with VECTOR_OPERATION_DURATION.labels(operation="embed").time():
        given = get_embedder().embed([text or " " for text in texts])
    vectors = np.asarray(given.vectors, dtype=np.float32)
    return Embedding(vectors=_check(vectors, count=len(texts)), tokens=given.tokens)


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
        raise EmbeddingFailed(
            f"expected {count} vectors of {DIMENSIONS} numbers, got shape {vectors.shape}", may_have_cost=True
        )
    if not np.isfinite(vectors).all():
        raise EmbeddingFailed("the provider gave numbers that are not finite", may_have_cost=True)
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)  # squares of large ones overflow
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
