"""Put memories and interactions into the search index, in the transaction that forms them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from creators.models import Interaction
from memory.clients.embeddings import embed_texts, get_embedder
from memory.enums import TargetKind
from memory.models import IndexedDocument, Memory, MemoryVector, Posting
from veri.platform.text import analyse


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
    by_target = {(one.kind.value, one.target_id): one for one in documents}
    known = IndexedDocument.objects.filter(creator_id=creator_id, target_id__in=[one.target_id for one in documents])
    for pair in known.values_list("kind", "target_id"):
        by_target.pop(pair, None)
    fresh = [(one, analyse(one.indexed_text)) for one in by_target.values()]
    IndexedDocument.objects.bulk_create(
        IndexedDocument(creator_id=creator_id, kind=one.kind, target_id=one.target_id, length=len(terms))
        for one, terms in fresh
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
    stored = MemoryVector.objects.filter(
        creator_id=creator_id, model=embedder.model, model_version=embedder.model_version
    )
    known = set(
        stored.filter(target_id__in=[one.target_id for one in documents]).values_list("kind", "target_id")
    )
    missing = [one for one in documents if (one.kind.value, one.target_id) not in known]
    vectors = embed_texts([one.text for one in missing])
    MemoryVector.objects.bulk_create(
        (
            MemoryVector(
                creator_id=creator_id,
                kind=one.kind,
                target_id=one.target_id,
                model=embedder.model,
                model_version=embedder.model_version,
                embedding=vector,
            )
            for one, vector in zip(missing, vectors, strict=True)
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )
    return len(missing)


def _copy_postings(creator_id: int, fresh: list[tuple[Document, list[str]]]) -> None:
    columns = "(creator_id, term, kind, target_id, frequency, length)"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {Posting._meta.db_table} {columns} FROM STDIN") as copy,
    ):
        for one, terms in fresh:
            for term, frequency in Counter(terms).items():
                copy.write_row((creator_id, term, one.kind.value, one.target_id, min(frequency, 32767), len(terms)))
