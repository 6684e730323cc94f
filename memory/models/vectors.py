"""Embeddings: a captured table per provider, since dimensions differ; model and its version tell vectors apart."""

from dataclasses import dataclass

from django.db import models
from pgvector.django import HalfVectorField

from creators.models import Creator
from memory.enums import EmbeddingProvider, TargetKind
from migration.models.versioned import VersionedModel

DIMENSIONS = {EmbeddingProvider.WORDLLAMA: 256, EmbeddingProvider.MINILM: 384, EmbeddingProvider.VOYAGE: 256}


@dataclass(frozen=True, kw_only=True)
class VectorSpace:
    """Where vectors can be compared with each other: one version of one model of a provider."""

    provider: EmbeddingProvider
    model: str
    model_version: str


class Vector(VersionedModel):
    """The embedding of a memory or interaction.

    The index on creator and version answers whether a creator's vectors changed without reading them.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=12, choices=TargetKind)
    target_id = models.BigIntegerField()
    model = models.CharField(max_length=60)
    model_version = models.CharField(max_length=20)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.model} vector of {self.kind} {self.target_id}"


def _make_unique(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["kind", "target_id", "model", "model_version"], name=name)


class MemoryVector(Vector):
    """A vector of wordllama. Captured as dataset ``memory_vectors``."""

    embedding = HalfVectorField(dimensions=DIMENSIONS[EmbeddingProvider.WORDLLAMA])

    class Meta:
        constraints = [_make_unique("memory_vector_target_unique")]
        indexes = [models.Index(fields=["creator", "version"], name="memory_vector_version_idx")]


class MinilmVector(Vector):
    """A vector of MiniLM. Captured as dataset ``memory_vectors_minilm``."""

    embedding = HalfVectorField(dimensions=DIMENSIONS[EmbeddingProvider.MINILM])

    class Meta:
        db_table = "memory_minilmvector"
        constraints = [_make_unique("minilm_vector_target_unique")]
        indexes = [models.Index(fields=["creator", "version"], name="minilm_vector_version_idx")]
        verbose_name = "MiniLM vector"


class VoyageVector(Vector):
    """A vector of Voyage. Captured as dataset ``memory_vectors_voyage``."""

    embedding = HalfVectorField(dimensions=DIMENSIONS[EmbeddingProvider.VOYAGE])

    class Meta:
        db_table = "memory_voyagevector"
        constraints = [_make_unique("voyage_vector_target_unique")]
        indexes = [models.Index(fields=["creator", "version"], name="voyage_vector_version_idx")]
        verbose_name = "Voyage vector"


VECTOR_MODELS: dict[EmbeddingProvider, type[Vector]] = {
    EmbeddingProvider.WORDLLAMA: MemoryVector,
    EmbeddingProvider.MINILM: MinilmVector,
    EmbeddingProvider.VOYAGE: VoyageVector,
}


def get_table(provider: EmbeddingProvider) -> str:
    """Return the name of a provider's table."""
    return VECTOR_MODELS[provider]._meta.db_table  # noqa: SLF001  documented
