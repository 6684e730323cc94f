"""Celery's side of the memory app."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from memory.clients.embeddings import EmbeddingFailed
from memory.errors import ProcessorUnavailable
from memory.services.indexing import store_waiting_vectors
from memory.services.processing import list_session_processors
from memory.services.realignment import list_creators_out_of_line, realign_memories
from memory.services.sessions import process_sessions

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


@shared_task(name="memory.process_sessions", time_limit=900, soft_time_limit=840)
def process_sessions_task(**_unknown: Any) -> int:
    """Let every configured language model read what sessions are closed; return how many were read.

    A processor that cannot work keeps the others from nothing; what it should read waits.
    """
    read = 0
    for name in list_session_processors():
        try:
            read += process_sessions(processor=name, now=timezone.now()).read
        except ProcessorUnavailable as refusal:
            logger.warning("processor_unavailable", processor=name, reason=str(refusal))
    return read
