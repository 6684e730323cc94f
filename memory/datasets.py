"""The memory app's datasets: memories, and the vectors that search over both stores needs."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from memory.enums import EmbeddingProvider
from memory.models import get_table
from migration.mapping import Derived, Field, Kind, Mapper
from migration.registry import DatasetSpec, register_dataset
from veri.platform.text import ANALYSIS_VERSION, analyse

MEMORY_VERSION = 1  # raise it with every change of the fields below
INDEXABLE_VERSION = 2  # of the mapper that also writes vectors as Atlas indexes them


def _derive_terms(row: Mapping[str, Any]) -> list[str]:
    return analyse(f"{row['text']} {row['keywords']}")


MEMORIES = DatasetSpec(
    name="memories",
    label="Memories",
    table="memory_memory",
    collection="memories",
    scope_column="creator_id",
    mapper=Mapper(
        version=ANALYSIS_VERSION + MEMORY_VERSION,
        fields=[
            Field("creator_id", Kind.INTEGER),
            Field("type", Kind.TEXT, is_private=False),
            Field("subject", Kind.TEXT),
            Field("predicate", Kind.TEXT),
            Field("value", Kind.TEXT),
            Field("text", Kind.TEXT),
            Field("keywords", Kind.TEXT),
            Field("content_hash", Kind.TEXT),
            Field("is_slot", Kind.BOOLEAN),
            Field("state", Kind.TEXT, is_private=False),
            Field("confidence", Kind.FLOAT),
            Field("strength", Kind.INTEGER),
            Field("latest_evidence", Kind.INTEGERS),
            Field("valid_from", Kind.TIMESTAMP),
            Field("valid_to", Kind.TIMESTAMP),
            Field("superseded_by_id", Kind.INTEGER),
            Field("recorded_at", Kind.TIMESTAMP),
            Field("importance", Kind.FLOAT),
            Field("stability_days", Kind.FLOAT),
            Field("is_pinned", Kind.BOOLEAN),
        ],
        derived=[Derived("terms", _derive_terms)],
    ),
    indexes=((("creator_id", 1), ("terms", 1)), (("creator_id", 1), ("type", 1))),
)


def _build_vector_spec(provider: EmbeddingProvider, *, name: str, label: str) -> DatasetSpec:
    """Return the dataset of a provider's vectors; operators see it while the provider is in use.

    halfvec_send is the binary form: two 16-bit header words, then big-endian half floats.
    """
    return DatasetSpec(
        name=name,
        label=label,
        table=get_table(provider),
        collection=name,
        scope_column="creator_id",
        mapper=Mapper(
            version=INDEXABLE_VERSION if settings.MONGODB_VECTOR_SEARCH else 1,
            fields=[
                Field("creator_id", Kind.INTEGER),
                Field("kind", Kind.TEXT, is_private=False),
                Field("target_id", Kind.INTEGER),
                Field("model", Kind.TEXT, is_private=False),
                Field("model_version", Kind.TEXT, is_private=False),
                Field("embedding", Kind.BYTES, select="halfvec_send(embedding)"),
            ],
            derived=[Derived("vector", _derive_vector)] if settings.MONGODB_VECTOR_SEARCH else [],
        ),
        indexes=((("creator_id", 1), ("model", 1)),),
        is_high_volume=True,
        is_in_use=partial(_is_in_use, provider),
    )


def _derive_vector(row: Mapping[str, Any]) -> Any:
    """Return the embedding as the single-precision vector that Atlas can index."""
    from bson.binary import Binary, BinaryVectorDtype  # the driver loads only where MongoDB is written

    from memory.halfvecs import read_halfvecs  # numpy, same

    numbers = read_halfvecs([bytes(row["embedding"])])[0].tolist()
    return Binary.from_vector(numbers, BinaryVectorDtype.FLOAT32)


def _is_in_use(provider: EmbeddingProvider) -> bool:
    """Return whether a provider is searched or written; the default one while the database cannot say."""
    from memory.queries.providers import get_providers_in_use  # models are loaded only now

    try:
        return provider in get_providers_in_use().every
    except DatabaseError:
        return bool(provider == settings.EMBEDDING_PROVIDER)


MEMORY_VECTORS = _build_vector_spec(EmbeddingProvider.WORDLLAMA, name="memory_vectors", label="Memory vectors")
VECTOR_DATASETS: dict[EmbeddingProvider, DatasetSpec] = {
    EmbeddingProvider.WORDLLAMA: MEMORY_VECTORS,
    EmbeddingProvider.MINILM: _build_vector_spec(
        EmbeddingProvider.MINILM, name="memory_vectors_minilm", label="Memory vectors (MiniLM)"
    ),
    EmbeddingProvider.VOYAGE: _build_vector_spec(
        EmbeddingProvider.VOYAGE, name="memory_vectors_voyage", label="Memory vectors (Voyage)"
    ),
}


def register_datasets() -> None:
    register_dataset(MEMORIES)
    for spec in VECTOR_DATASETS.values():
        register_dataset(spec)
