"""The memory app's datasets: memories, and the vectors that search over both stores needs."""

from collections.abc import Mapping
from typing import Any

from migration.mapping import Derived, Field, Kind, Mapper
from migration.registry import DatasetSpec, register_dataset
from veri.platform.text import ANALYSIS_VERSION, analyse

MEMORY_VERSION = 1  # raise it with every change of the fields below


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

# halfvec_send is the binary form: two 16-bit header words, then big-endian half floats.
MEMORY_VECTORS = DatasetSpec(
    name="memory_vectors",
    label="Memory vectors",
    table="memory_memoryvector",
    collection="memory_vectors",
    scope_column="creator_id",
    mapper=Mapper(
        version=1,
        fields=[
            Field("creator_id", Kind.INTEGER),
            Field("kind", Kind.TEXT, is_private=False),
            Field("target_id", Kind.INTEGER),
            Field("model", Kind.TEXT, is_private=False),
            Field("model_version", Kind.TEXT, is_private=False),
            Field("embedding", Kind.BYTES, select="halfvec_send(embedding)"),
        ],
    ),
    indexes=((("creator_id", 1), ("model", 1)),),
    is_high_volume=True,
)


def register_datasets() -> None:
    register_dataset(MEMORIES)
    register_dataset(MEMORY_VECTORS)
