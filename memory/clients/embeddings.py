"""Embeddings behind one interface, whoever makes them. Unit length; each provider has its dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from memory.enums import EmbeddingProvider
from memory.models import DIMENSIONS, VectorSpace
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


def embed_texts(texts: Sequence[str], *, provider: EmbeddingProvider) -> Embedding:
    """Return unit vectors, shape ``(len(texts), dimensions of the provider)``.

    Raises:
        EmbeddingFailed: when the provider is away or not installed, or gives another shape or numbers that are not
            finite.
    """
    dimensions = DIMENSIONS[provider]
    if not texts:
        return Embedding(vectors=np.zeros((0, dimensions), dtype=np.float32))
    with VECTOR_OPERATION_DURATION.labels(operation="embed").time():
        given = get_embedder(provider).embed([text or " " for text in texts])
    vectors = np.asarray(given.vectors, dtype=np.float32)
    return Embedding(vectors=_check(vectors, shape=(len(texts), dimensions)), tokens=given.tokens)


def get_space(provider: EmbeddingProvider) -> VectorSpace:
    """Return where the vectors lie that the provider would make now.

    Raises:
        EmbeddingFailed: the provider is not installed.
    """
    embedder = get_embedder(provider)
    return VectorSpace(provider=provider, model=embedder.model, model_version=embedder.model_version)


@cache
def get_embedder(provider: EmbeddingProvider) -> Embedder:
    """Return this process's embedder of a provider; the model is loaded at its first use.

    Raises:
        EmbeddingFailed: the provider is not installed.
    """
    if provider == EmbeddingProvider.MINILM:
        from memory.clients.minilm.client import MinilmEmbedder  # an optional extra

        return MinilmEmbedder(path=settings.MINILM_PATH)
    if provider == EmbeddingProvider.VOYAGE:
        from memory.clients.voyage.client import VoyageEmbedder  # only where it is configured

        return VoyageEmbedder(
            api_key=settings.VOYAGE_API_KEY, base_url=settings.VOYAGE_BASE_URL, model=settings.VOYAGE_MODEL
        )
    from memory.clients.wordllama.client import WordllamaEmbedder  # loads a model

    return WordllamaEmbedder()


def _check(vectors: Vectors, *, shape: tuple[int, int]) -> Vectors:
    if vectors.shape != shape:
        raise EmbeddingFailed(
            f"expected {shape[0]} vectors of {shape[1]} numbers, got shape {vectors.shape}", may_have_cost=True
        )
    if not np.isfinite(vectors).all():
        raise EmbeddingFailed("the provider gave numbers that are not finite", may_have_cost=True)
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)  # squares of large ones overflow
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
