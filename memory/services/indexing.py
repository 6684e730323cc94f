"""Put memories and interactions into the search index, in the transaction that forms them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from uuid import uuid4

import numpy as np
import orjson
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from numpy.typing import NDArray

from creators.captions import build_search_text
from creators.models import Interaction
from memory.clients.embeddings import get_embedder
from memory.enums import MemoryState, TargetKind
from memory.models import IndexedDocument, Memory, MemoryVector, Posting, Utterance
from memory.services.embedding import embed_metered
from memory.services.locks import lock_formation
from veri.platform.connections.copying import copy_rows
from veri.platform.text import analyse

LARGEST_FREQUENCY = 32_767  # of a smallint
BATCH = 500  # texts a call; a batch is embedded or waits as a whole
WAITING = 2_000


@dataclass(frozen=True, kw_only=True)
class Document:
    """Something to be found: the text embedded, and the text indexed."""

    kind: TargetKind
    target_id: int
    text: str
    indexed_text: str


def list_documents(memories: Iterable[Memory], interactions: Iterable[Interaction]) -> list[Document]:
    """Return what can be found: no archived memory, and no interaction without text or caption."""
    found = [
        Document(kind=TargetKind.MEMORY, target_id=one.pk, text=one.text, indexed_text=f"{one.text} {one.keywords}")
        for one in memories
        if one.state != MemoryState.ARCHIVED
    ]
    return found + [
        Document(kind=TargetKind.INTERACTION, target_id=one.pk, text=text, indexed_text=text)
        for one in interactions
        if (text := build_search_text(text=one.text, attachments=one.attachments)).strip()
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


def list_creators_with_orphans() -> set[int]:
    """Return the creators whose index holds what exists no longer."""
    return {
        creator_id
        for kind in (TargetKind.MEMORY, TargetKind.INTERACTION)
        for creator_id in _find_orphans(kind).values_list("creator_id", flat=True).distinct()
    }


def _find_orphans(kind: TargetKind) -> QuerySet[IndexedDocument]:
    model = Memory if kind == TargetKind.MEMORY else Interaction
    existing = model._default_manager.filter(pk=OuterRef("target_id"))  # noqa: SLF001  Django's documented API
    return IndexedDocument.objects.filter(~Exists(existing), kind=kind)


def remove_orphans(*, creator_id: int) -> int:
    """Take out of the index what exists no longer; return how many documents. Needs the creator's formation lock."""
    removed = 0
    for kind in (TargetKind.MEMORY, TargetKind.INTERACTION):
        keys = list(_find_orphans(kind).filter(creator_id=creator_id).values_list("target_id", flat=True))
        remove_documents(creator_id=creator_id, kind=kind, ids=keys)
        if kind == TargetKind.INTERACTION:
            Utterance.objects.filter(creator_id=creator_id, interaction_id__in=keys).delete()
        removed += len(keys)
    return removed


def remove_documents(*, creator_id: int, kind: TargetKind, ids: Sequence[int]) -> None:
    """Take documents out of the index, words and vectors. Needs the creator's formation lock."""
    if not ids:
        return
    for index in (IndexedDocument, Posting, MemoryVector):
        index._default_manager.filter(creator_id=creator_id, kind=kind, target_id__in=ids).delete()  # noqa: SLF001  same


def store_missing_vectors(*, creator_id: int, documents: Sequence[Document]) -> int:
    """Embed the documents that have no vector of the configured model yet; return how many.

    The provider is called outside any transaction, a batch at a time. Running it again embeds only what is missing.

    Raises:
        EmbeddingFailed: the batches before the failure are stored; the words are findable meanwhile.
    """
    known = _list_embedded(creator_id, documents)
    missing = [one for one in documents if _get_key(one) not in known]
    return sum(_embed_batch(creator_id, missing[start : start + BATCH]) for start in range(0, len(missing), BATCH))


def store_waiting_vectors(*, limit: int = WAITING) -> int:
    """Embed indexed documents that have no vector of the configured model: it was away, without budget, or is new.

    Return how many got one. Raises ``EmbeddingFailed`` as ``store_missing_vectors`` does.
    """
    embedder = get_embedder()
    embedded = MemoryVector.objects.filter(
        kind=OuterRef("kind"),
        target_id=OuterRef("target_id"),
        model=embedder.model,
        model_version=embedder.model_version,
    )
    waiting = IndexedDocument.objects.filter(~Exists(embedded)).order_by("creator_id", "pk")
    rows = list(waiting.values_list("creator_id", "kind", "target_id")[:limit])
    return sum(
        store_missing_vectors(creator_id=creator_id, documents=load_documents([row[1:] for row in group]))
        for creator_id, group in groupby(rows, key=lambda row: row[0])
    )


def load_documents(keys: Sequence[tuple[str, int]]) -> list[Document]:
    """Return what can be found of memories and interactions that exist, by (kind, id)."""
    memory_ids = [pk for kind, pk in keys if kind == TargetKind.MEMORY]
    interaction_ids = [pk for kind, pk in keys if kind == TargetKind.INTERACTION]
    return list_documents(
        Memory.objects.filter(pk__in=memory_ids), Interaction.objects.filter(pk__in=interaction_ids).defer("payload")
    )


def _embed_batch(creator_id: int, documents: Sequence[Document]) -> int:
    embedder = get_embedder()
    action = f"documents:{_hash_keys(documents)}:{uuid4().hex}"  # each call costs, also a repeated one
    made = embed_metered([one.text for one in documents], creator_id=creator_id, action=action)
    vectors = made.astype(np.float16).astype(np.float32)
    with transaction.atomic():
        lock_formation(creator_id=creator_id)
        known = _list_embedded(creator_id, documents)
        rows = [
            (creator_id, *_get_key(one), embedder.model, embedder.model_version, _write_vector(vector))
            for one, vector in zip(documents, vectors, strict=True)
            if _get_key(one) not in known
        ]
        return copy_rows(
            model=MemoryVector,
            columns=("creator_id", "kind", "target_id", "model", "model_version", "embedding"),
            rows=rows,
        )


def _hash_keys(documents: Sequence[Document]) -> str:
    named = " ".join(f"{one.kind.value}:{one.target_id}" for one in documents)
    return blake2b(named.encode(), digest_size=12).hexdigest()


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
