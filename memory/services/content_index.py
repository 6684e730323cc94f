"""Index content items: words, and one vector fused of text, metadata and transcript."""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import numpy as np
import structlog
from numpy.typing import NDArray

from creators.enums import Availability
from creators.models import ContentItem
from memory.clients.embeddings import EmbeddingFailed
from memory.models import ContentIndexEntry
from memory.queries.providers import get_discovery_space
from memory.services.embedding import embed_metered
from veri.platform.text import analyse

TEXT_WEIGHT, METADATA_WEIGHT, TRANSCRIPT_WEIGHT = 0.6, 0.15, 0.25
CHUNK = 2_000  # characters of a transcript embedded together
MOST_CHUNKS = 8
MOST_TERMS = 3_000
BATCH = 100  # items a call
WAITING = 500
logger = structlog.get_logger(__name__)
Part = tuple[float, list[str]]


def index_content(*, creator_id: int, content_ids: Sequence[int]) -> int:
    """Index those of a creator's items whose texts changed, and take out the deleted; return how many are new.

    The provider is asked outside any transaction. While it is away an item is found by its words, and
    ``index_waiting_content`` embeds it later.
    """
    items = list(ContentItem.objects.filter(creator_id=creator_id, pk__in=list(content_ids)).order_by("pk"))
    gone = [item.pk for item in items if item.availability == Availability.DELETED]
    ContentIndexEntry.objects.filter(content_id__in=gone).delete()
    kept = [item for item in items if item.pk not in set(gone)]
    known = dict(
        ContentIndexEntry.objects.filter(content_id__in=[item.pk for item in kept]).values_list(
            "content_id", "content_hash"
        )
    )
    space = get_discovery_space()
    fresh = [item for item in kept if known.get(item.pk) != _hash(item, space.model, space.model_version)]
    for start in range(0, len(fresh), BATCH):
        _store(creator_id, fresh[start : start + BATCH])
    return len(fresh)


def index_waiting_content(*, limit: int = WAITING) -> int:
    """Embed what has no vector of the configured model, or is not indexed at all; return how many were tried."""
    space = get_discovery_space()
    current = ContentIndexEntry.objects.filter(
        model=space.model, model_version=space.model_version, embedding__isnull=False
    )
    waiting = ContentItem.objects.exclude(availability=Availability.DELETED).exclude(
        pk__in=current.values("content_id")
    )
    by_creator: dict[int, list[int]] = {}
    for creator_id, pk in waiting.order_by("creator_id", "pk").values_list("creator_id", "pk")[:limit]:
        by_creator.setdefault(creator_id, []).append(pk)
    return sum(index_content(creator_id=creator_id, content_ids=ids) for creator_id, ids in by_creator.items())


def fuse_parts(parts: Sequence[tuple[float, NDArray[np.float32]]]) -> NDArray[np.float32]:
    """Return the unit vector of the weighted mean of vectors; the weights of absent parts are simply not there."""
    total = np.sum([weight * vector.astype(np.float64) for weight, vector in parts], axis=0)
    length = float(np.linalg.norm(total))
    unit: NDArray[np.float32] = (total / (length or 1.0)).astype(np.float32)
    return unit


def _store(creator_id: int, items: Sequence[ContentItem]) -> None:
    space = get_discovery_space()
    vectors = _embed(creator_id, items)
    entries = []
    for item, vector in zip(items, vectors, strict=True):
        terms = Counter(analyse(_join_texts(item))[:MOST_TERMS])
        made: dict[str, Any] = {"content_hash": ""}
        if vector is not None:
            made = {
                "embedding": vector.tolist(),
                "model": space.model,
                "model_version": space.model_version,
                "content_hash": _hash(item, space.model, space.model_version),
            }
        entries.append(
            ContentIndexEntry(
                content_id=item.pk, creator_id=creator_id, terms=dict(terms), length=terms.total(), **made
            )
        )
    ContentIndexEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["content"],
        update_fields=["terms", "length", "model", "model_version", "embedding", "content_hash"],
    )


def _embed(creator_id: int, items: Sequence[ContentItem]) -> list[NDArray[np.float32] | None]:
    """Return each item's fused vector; None for all while the provider is away."""
    parts = [_list_parts(item) for item in items]
    texts = [text for one in parts for _, listed in one for text in listed]
    try:
        provider = get_discovery_space().provider
        vectors = embed_metered(texts, provider=provider, creator_id=creator_id, action=f"content:{uuid4().hex}")
    except EmbeddingFailed as failure:  # found by words meanwhile
        logger.warning("content_vectors_wait", creator=creator_id, reason=str(failure))
        return [None] * len(items)
    rows = iter(vectors)
    return [_fuse(one, [[next(rows) for _ in listed] for _, listed in one]) for one in parts]


def _fuse(parts: Sequence[Part], vectors: Sequence[Sequence[NDArray[np.float32]]]) -> NDArray[np.float32] | None:
    weighted = [
        (weight, fuse_parts([(1.0, vector) for vector in listed]))
        for (weight, _), listed in zip(parts, vectors, strict=True)
    ]
    return fuse_parts(weighted) if weighted else None


def _list_parts(item: ContentItem) -> list[Part]:
    """Return the weights and texts of what an item has: title and description, metadata, transcript in chunks."""
    text = f"{item.title}\n\n{item.description}".strip()
    metadata = " ".join([item.get_kind_display(), item.get_platform_display(), *item.tags, *item.topics])
    chunks = [item.transcript[start : start + CHUNK] for start in range(0, len(item.transcript), CHUNK)]
    given = ((TEXT_WEIGHT, [text]), (METADATA_WEIGHT, [metadata]), (TRANSCRIPT_WEIGHT, chunks[:MOST_CHUNKS]))
    return [(weight, texts) for weight, texts in given if any(text.strip() for text in texts)]


def _join_texts(item: ContentItem) -> str:
    return " ".join([item.title, item.description, *item.tags, *item.topics, item.transcript])


def _hash(item: ContentItem, *model: str) -> str:
    named = "\0".join([*model, item.kind, item.platform, _join_texts(item)])
    return blake2b(named.encode(), digest_size=16).hexdigest()
