"""Bring the words of the index in line with today's analysis; vectors do not depend on it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from memory.models import IndexedDocument, Posting
from memory.services.indexing import index_documents, load_documents
from memory.services.locks import lock_formation

BATCH = 500


def reindex_creator(*, creator_id: int, now: datetime) -> int:
    """Analyse a creator's indexed documents anew, a batch a transaction; return how many.

    Searches meanwhile find each document by its old terms or its new ones. Running it again changes nothing.
    """
    keys = iter(list(IndexedDocument.objects.filter(creator_id=creator_id).values_list("kind", "target_id")))
    return sum(_reindex(creator_id, batch) for batch in _batch(keys))


def _batch(keys: Iterator[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    while batch := list(islice(keys, BATCH)):
        yield batch


@transaction.atomic(durable=True)
def _reindex(creator_id: int, keys: list[tuple[str, int]]) -> int:
    lock_formation(creator_id=creator_id)
    for kind in {kind for kind, _ in keys}:
        ids = [pk for other, pk in keys if other == kind]
        for index in (Posting, IndexedDocument):
            index._default_manager.filter(creator_id=creator_id, kind=kind, target_id__in=ids).delete()  # noqa: SLF001  Django's documented API
    return index_documents(creator_id=creator_id, documents=load_documents(keys))
