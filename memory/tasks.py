"""Celery's side of the memory app."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from memory.clients.embeddings import EmbeddingFailed
from memory.services.indexing import store_waiting_vectors
from memory.services.realignment import list_creators_out_of_line, realign_memories


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
