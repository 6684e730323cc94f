"""Give creators with many vectors an index of their own, and take it away when it is not needed any longer."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog
from django.conf import settings

from memory.clients.embeddings import EmbeddingFailed, get_space
from memory.models import VectorIndex, VectorSpace
from memory.queries.providers import read_providers_in_use
from memory.stores.vector_indexes import (
    build_index,
    count_many,
    drop_index,
    has_condition_of,
    list_conditions,
    name_index,
    open_builder,
)

KEPT_SHARE = 0.8  # of the least number: a creator around it must not lose and gain his index in turn
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class AlignedIndexes:
    """Names of indexes built, dropped, and of those that could not be built or dropped: the next run tries again."""

    built: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    creator_id: int
    space: VectorSpace
    count: int


def align_vector_indexes() -> AlignedIndexes:
    """Let the indexes be those of the creators with the most vectors, at most ``VECTOR_INDEX_LIMIT`` of a provider.

    Never inside a transaction: indexes are built while reads and writes go on. Does nothing while another process does
    this. Searches use an index as soon as it is valid.
    """
    aligned = AlignedIndexes()
    with open_builder() as builder:
        if builder is None:
            return aligned
        wanted = _list_wanted()
        standing = _list_standing(wanted)
        for name in VectorIndex.objects.order_by("name").values_list("name", flat=True):
            if name not in standing:
                _try(builder, aligned, name)
        for name, one in wanted.items():
            if name not in standing and one.count >= settings.VECTOR_INDEX_MINIMUM:
                _try(builder, aligned, name, one)
    return aligned


def _list_wanted() -> dict[str, _Wanted]:
    """Return by index name the creators who may have one; those below the least number only keep theirs."""
    least = int(settings.VECTOR_INDEX_MINIMUM * KEPT_SHARE)
    found = {}
    for provider in read_providers_in_use().written:
        try:
            space = get_space(provider)
        except EmbeddingFailed as failure:
            logger.warning("vector_indexes_left", provider=provider.value, reason=str(failure))
            continue
        for creator_id, count in count_many(space=space, minimum=least, limit=settings.VECTOR_INDEX_LIMIT):
            name = name_index(creator_id=creator_id, provider=provider)
            found[name] = _Wanted(creator_id=creator_id, space=space, count=count)
    return found


def _list_standing(wanted: dict[str, _Wanted]) -> set[str]:
    """Return the indexes that are there, valid, and of the model that is searched."""
    conditions = list_conditions()
    valid = VectorIndex.objects.filter(is_valid=True, name__in=wanted).values_list("name", flat=True)
    return {name for name in valid if has_condition_of(conditions[name], wanted[name].space)}


def _try(builder: Any, aligned: AlignedIndexes, name: str, wanted: _Wanted | None = None) -> None:
    """Build an index, or drop the one that is not wanted; what fails is noted."""
    try:
        if wanted:
            build_index(builder, creator_id=wanted.creator_id, space=wanted.space)
        else:
            drop_index(builder, name=name)
    except psycopg.Error as error:
        logger.warning("vector_index_failed", index=name, error=str(error)[:200])
        aligned.failed.append(name)
    else:
        (aligned.built if wanted else aligned.dropped).append(name)
