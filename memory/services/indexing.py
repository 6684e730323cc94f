"""Put memories and interactions into the search index, in the transaction that forms them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from django.db import transaction
from numpy.typing import NDArray

from creators.models import Interaction
from memory.clients.embeddings import embed_texts, get_embedder
from memory.enums import TargetKind
from memory.models import IndexedDocument, Memory, MemoryVector, Posting
from memory.services.locks import lock_formation
from veri.platform.connections.copying import copy_rows
from veri.platform.text import analyse

LARGEST_FREQUENCY = 32_767  # of a smallint


@dataclass(frozen=True, kw_only=True)
class Document:
    """Something to be found: the text embedded, and the text indexed."""

    kind: TargetKind
    target_id: int
    text: str
    indexed_text: str


def list_documents(memories: Iterable[Memory], interactions: Iterable[Interaction]) -> list[Document]:
    """Return what can be found of memories and interactions; an interaction without text cannot."""
    found = [
        Document(kind=TargetKind.MEMORY, target_id=one.pk, text=one.text, indexed_text=f"{one.text} {one.keywords}")
        for one in memories
    ]
    return found + [
        Document(kind=TargetKind.INTERACTION, target_id=one.pk, text=one.text, indexed_text=one.text)
        for one in interactions
        if one.text.strip()
    ]


def index_documents(*, creator_id: int, documents: Sequence[Document]) -> int:
    """Index documents that are not indexed yet; return how many. Needs the creator's formation lock."""
    by_target = {_get_key(one): one for one in documents}
    known = IndexedDocument.objects.filter(
        kind__in=TargetKind.values, target_id__in=[one.target_id for one in documents]
    )
    for pair in known.values_list("kind", "target_id"):
        by_target.pop(pair, None)
    fresh = [(one, analyse(one.indexed_text)) for one in by_target.values()]
    copy_rows(
        model=IndexedDocument,
        columns=("creator_id", "kind", "target_id", "length"),
        rows=((creator_id, one.kind.value, one.target_id, len(terms)) for one, terms in fresh),
    )
    _copy_postings(creator_id, fresh)
    return len(fresh)


def store_missing_vectors(*, creator_id: int, documents: Sequence[Document]) -> int:
    """Embed the documents that have no vector of the configured model yet; return how many.

    The provider is called outside any transaction. Running it again after a failure embeds only what is missing.

    Raises:
        EmbeddingFailed: nothing is stored; the words are findable meanwhile.
    """
    embedder = get_embedder()
    known = _list_embedded(creator_id, documents)
    missing = [one for one in documents if _get_key(one) not in known]
    vectors = embed_texts([one.text for one in missing]).astype(np.float16).astype(np.float32)
    with transaction.atomic():
        lock_formation(creator_id=creator_id)
        known = _list_embedded(creator_id, missing)
        rows = [
            (creator_id, *_get_key(one), embedder.model, embedder.model_version, _write_vector(vector))
            for one, vector in zip(missing, vectors, strict=True)
            if _get_key(one) not in known
        ]
        return copy_rows(
            model=MemoryVector,
            columns=("creator_id", "kind", "target_id", "model", "model_version", "embedding"),
            rows=rows,
        )


def _list_embedded(creator_id: int, documents: Sequence[Document]) -> set[tuple[str, int]]:
    """Return the documents that have a vector of the configured model."""
    embedder = get_embedder()
    stored = MemoryVector.objects.filter(
        creator_id=creator_id,
        model=embedder.model,
        model_version=embedder.model_version,
        kind__in=TargetKind.values,
        target_id__in=[one.target_id for one in documents],
    )
    return set(stored.values_list("kind", "target_id"))


def _get_key(document: Document) -> tuple[str, int]:
    return document.kind.value, document.target_id


def _write_vector(vector: NDArray[np.float32]) -> str:
    """Return pgvector's text form."""
    return orjson.dumps(vector, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _copy_postings(creator_id: int, fresh: list[tuple[Document, list[str]]]) -> None:
    copy_rows(
        model=Posting,
        columns=("creator_id", "term", "kind", "target_id", "frequency", "length"),
        rows=(
            (creator_id, term, one.kind.value, one.target_id, min(frequency, LARGEST_FREQUENCY), len(terms))
            for one, terms in fresh
            for term, frequency in Counter(terms).items()
        ),
    )
