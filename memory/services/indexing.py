"""Put memories and interactions into the search index, in the transaction that forms them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, Model, OuterRef, QuerySet

from creators.captions import build_search_text
from creators.models import Interaction
from memory.enums import MemoryState, TargetKind
from memory.models import VECTOR_MODELS, IndexedDocument, Memory, Posting, Utterance
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

    @property
    def key(self) -> tuple[str, int]:
        return self.kind.value, self.target_id


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
    by_target = {one.key: one for one in documents}
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
    indexes: tuple[type[Model], ...] = (IndexedDocument, Posting, *VECTOR_MODELS.values())
    for index in indexes:
        index._default_manager.filter(creator_id=creator_id, kind=kind, target_id__in=ids).delete()  # noqa: SLF001  same


def load_documents(keys: Sequence[tuple[str, int]]) -> list[Document]:
    """Return what can be found of memories and interactions that exist, by (kind, id)."""
    memory_ids = [pk for kind, pk in keys if kind == TargetKind.MEMORY]
    interaction_ids = [pk for kind, pk in keys if kind == TargetKind.INTERACTION]
    return list_documents(
        Memory.objects.filter(pk__in=memory_ids), Interaction.objects.filter(pk__in=interaction_ids).defer("payload")
    )


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
