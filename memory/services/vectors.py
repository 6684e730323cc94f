"""Give what is indexed its vectors: of the provider that is searched, and of one that is about to replace it."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import groupby
from uuid import uuid4

import numpy as np
import orjson
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from numpy.typing import NDArray

from memory.clients.embeddings import EmbeddingFailed, get_space
from memory.enums import EmbeddingProvider, TargetKind
from memory.models import VECTOR_MODELS, IndexedDocument, Vector, VectorSpace
from memory.queries.providers import get_providers_in_use
from memory.services.embedding import embed_metered
from memory.services.indexing import Document, load_documents
from memory.services.locks import lock_formation
from veri.platform.connections.copying import copy_rows

BATCH = 500  # texts a call; a batch is embedded or waits as a whole
WAITING = 2_000


def store_missing_vectors(*, creator_id: int, documents: Sequence[Document]) -> int:
    """Embed the documents that lack a vector of a provider in use; return how many vectors were made.

    Providers are called outside any transaction, a batch at a time. Running it again embeds only what is missing.

    Raises:
        EmbeddingFailed: what was made before the failure is stored; the words are findable meanwhile.
    """
    return _try_each(lambda provider: store_vectors(creator_id=creator_id, documents=documents, provider=provider))


def store_waiting_vectors(*, limit: int = WAITING) -> int:
    """Embed indexed documents that lack a vector of a provider in use: it was away, without budget, or is new.

    Return how many vectors were made. Raises ``EmbeddingFailed`` as ``store_missing_vectors`` does.
    """
    return _try_each(lambda provider: _store_waiting(provider, limit))


def store_vectors(*, creator_id: int, documents: Sequence[Document], provider: EmbeddingProvider) -> int:
    """Embed the documents that have no vector of the provider's present model yet; return how many.

    Raises:
        EmbeddingFailed: the batches before the failure are stored.
    """
    space = get_space(provider)
    known = _list_embedded(creator_id, documents, space)
    missing = [one for one in documents if one.key not in known]
    batches = (missing[start : start + BATCH] for start in range(0, len(missing), BATCH))
    return sum(_embed_batch(creator_id, batch, space) for batch in batches)


def store_vectors_of(*, rows: Sequence[tuple[int, str, int]], provider: EmbeddingProvider) -> int:
    """Embed documents given as (creator id, kind, target id), sorted by creator; return how many vectors were made.

    Raises:
        EmbeddingFailed: the batches before the failure are stored.
    """
    return sum(
        store_vectors(creator_id=creator_id, documents=load_documents([row[1:] for row in group]), provider=provider)
        for creator_id, group in groupby(rows, key=lambda row: row[0])
    )


def list_waiting(*, provider: EmbeddingProvider) -> QuerySet[IndexedDocument]:
    """Return what is indexed and has no vector of the provider's present model.

    Raises:
        EmbeddingFailed: the provider is not installed.
    """
    space = get_space(provider)
    embedded = get_vectors(space).filter(kind=OuterRef("kind"), target_id=OuterRef("target_id"))
    return IndexedDocument.objects.filter(~Exists(embedded))


def get_vectors(space: VectorSpace) -> QuerySet[Vector]:
    """Return the vectors of one space."""
    rows: QuerySet[Vector] = VECTOR_MODELS[space.provider]._default_manager.all()  # noqa: SLF001  Django's documented API
    return rows.filter(model=space.model, model_version=space.model_version)


def _try_each(make: Callable[[EmbeddingProvider], int]) -> int:
    """Let every provider in use make its vectors, also when one before it fails; the first failure is raised."""
    made, failures = 0, []
    for provider in get_providers_in_use().written:
        try:
            made += make(provider)
        except EmbeddingFailed as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
    return made


def _store_waiting(provider: EmbeddingProvider, limit: int) -> int:
    waiting = list_waiting(provider=provider).order_by("creator_id", "pk")
    return store_vectors_of(
        rows=list(waiting.values_list("creator_id", "kind", "target_id")[:limit]), provider=provider
    )


def _embed_batch(creator_id: int, documents: Sequence[Document], space: VectorSpace) -> int:
    action = f"documents:{_hash_keys(documents)}:{uuid4().hex}"  # each call costs, also a repeated one
    texts = [one.text for one in documents]
    made = embed_metered(texts, provider=space.provider, creator_id=creator_id, action=action)
    vectors = made.astype(np.float16).astype(np.float32)
    with transaction.atomic():
        lock_formation(creator_id=creator_id)
        known = _list_embedded(creator_id, documents, space)
        rows = [
            (creator_id, *one.key, space.model, space.model_version, _write_vector(vector))
            for one, vector in zip(documents, vectors, strict=True)
            if one.key not in known
        ]
        return copy_rows(
            model=VECTOR_MODELS[space.provider],
            columns=("creator_id", "kind", "target_id", "model", "model_version", "embedding"),
            rows=rows,
        )


def _hash_keys(documents: Sequence[Document]) -> str:
    named = " ".join(f"{one.kind.value}:{one.target_id}" for one in documents)
    return blake2b(named.encode(), digest_size=12).hexdigest()


def _list_embedded(creator_id: int, documents: Sequence[Document], space: VectorSpace) -> set[tuple[str, int]]:
    """Return the documents that have a vector of the space."""
    stored = get_vectors(space).filter(
        creator_id=creator_id, kind__in=TargetKind.values, target_id__in=[one.target_id for one in documents]
    )
    return set(stored.values_list("kind", "target_id"))


def _write_vector(vector: NDArray[np.float32]) -> str:
    """Return pgvector's text form."""
    return orjson.dumps(vector, option=orjson.OPT_SERIALIZE_NUMPY).decode()
