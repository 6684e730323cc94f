"""Celery's side of the memory app."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from memory.clients.embeddings import EmbeddingFailed
from memory.services.realignment import list_creators_out_of_line, realign_memories
from memory.services.reembedding import continue_reembedding
from memory.services.vector_indexes import align_vector_indexes
from memory.services.vectors import store_waiting_vectors
from veri.platform.cache.locks import hold_lock

REEMBEDDING_SECONDS = 120.0
BUILDING_SECONDS = 3600
logger = structlog.get_logger(__name__)


@shared_task(name="memory.store_waiting_vectors", throws=(EmbeddingFailed,))
def store_waiting_vectors_task(**_unknown: Any) -> int:
    """Embed what has no vector yet; a provider that is away is asked again by the next schedule."""
    return store_waiting_vectors()


@shared_task(name="memory.realign")
def realign_task(**_unknown: Any) -> int:
    """Let the memories of every creator rest on what exists; return how many creators were out of line."""
    creators = list_creators_out_of_line()
    for creator_id in creators:
        realign_memories(creator_id=creator_id, now=timezone.now())
    return len(creators)


@shared_task(name="memory.continue_reembedding", throws=(EmbeddingFailed,))
def continue_reembedding_task(**_unknown: Any) -> int:
    """Go on with a change of provider for two minutes; return how many vectors were made."""
    with hold_lock(name="reembedding", ttl=2 * REEMBEDDING_SECONDS) as is_mine:
        return continue_reembedding(clock=timezone.now, seconds=REEMBEDDING_SECONDS) if is_mine else 0


@shared_task(name="memory.align_vector_indexes", time_limit=BUILDING_SECONDS, soft_time_limit=BUILDING_SECONDS - 100)
def align_vector_indexes_task(**_unknown: Any) -> None:
    """Build the indexes that creators with many vectors lack, drop those nobody needs."""
    aligned = align_vector_indexes()
    if aligned.built or aligned.dropped or aligned.failed:
        logger.info("vector_indexes", built=aligned.built, dropped=aligned.dropped, failed=aligned.failed)
