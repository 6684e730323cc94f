"""Celery's side of the memory app."""

from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from memory.clients.embeddings import EmbeddingFailed
from memory.errors import ProcessorUnavailable
from memory.services.consolidation import consolidate_observations, list_consolidated_creators
from memory.services.content_index import index_waiting_content
from memory.services.evaluation import remove_abandoned_runs
from memory.services.indexing import store_waiting_vectors
from memory.services.learning import learn_weights
from memory.services.processing import list_session_processors
from memory.services.realignment import list_creators_out_of_line, realign_memories
from memory.services.recommendations import remove_expired_recommendations
from memory.services.sessions import process_sessions
from memory.services.summaries import refresh_stale_summaries

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


@shared_task(name="memory.index_waiting_content")
def index_waiting_content_task(**_unknown: Any) -> int:
    """Embed content items that have no vector of the configured model."""
    return index_waiting_content()


@shared_task(name="memory.refresh_summaries")
def refresh_summaries_task(**_unknown: Any) -> int:
    """Write what brands search anew where it is missing or a day old, and rank all."""
    now = timezone.now()
    return refresh_stale_summaries(before=now - timedelta(days=1), now=now)


@shared_task(name="memory.remove_expired_recommendations")
def remove_expired_recommendations_task(**_unknown: Any) -> int:
    return remove_expired_recommendations(now=timezone.now())


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


@shared_task(name="memory.remove_abandoned_evaluations")
def remove_abandoned_evaluations_task(**_unknown: Any) -> int:
    """Remove the throw-away creators of evaluations that were killed."""
    return remove_abandoned_runs(now=timezone.now())


@shared_task(name="memory.learn_weights", time_limit=3600, soft_time_limit=3500)
def learn_weights_task(**_unknown: Any) -> int:
    """Learn from judged answers; return how many weights were put in force."""
    return learn_weights(clock=timezone.now).promoted


@shared_task(name="memory.consolidate", time_limit=3600, soft_time_limit=3500)
def consolidate_task(**_unknown: Any) -> int:
    """Write every creator's observations; return how many memories changed."""
    creators = list_consolidated_creators()
    return sum(consolidate_observations(creator_id=pk, now=timezone.now()).changed for pk in creators)
