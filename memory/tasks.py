"""Celery's side of the memory app."""

from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from memory.clients.embeddings import EmbeddingFailed
from memory.errors import DecayNotAllowed, DecayRunning, PredictionRefused, ProcessorUnavailable
from memory.services.consolidation import consolidate_observations, list_consolidated_creators
from memory.services.content_index import index_waiting_content
from memory.services.decay import continue_decay, start_decay
from memory.services.evaluation import remove_abandoned_runs
from memory.services.forgetting.requests import process_due_requests, process_forget_request
from memory.services.interaction_retention import empty_expired_interactions
from memory.services.learning import learn_weights
from memory.services.prediction.training import fit_return_model
from memory.services.processing import list_session_processors
from memory.services.realignment import list_creators_out_of_line, realign_memories
from memory.services.recommendations import remove_expired_recommendations
from memory.services.reembedding import continue_reembedding
from memory.services.restoring import restore_unreached
from memory.services.sessions import process_sessions
from memory.services.summaries import refresh_stale_summaries
from memory.services.vector_indexes import align_vector_indexes
from memory.services.vectors import store_waiting_vectors
from veri.platform.cache.locks import hold_lock

REEMBEDDING_SECONDS = 120.0
BUILDING_SECONDS = 3600
DECAY_SECONDS = 180.0
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


@shared_task(name="memory.decay", throws=(DecayRunning,))
def decay_task(**_unknown: Any) -> int:
    """Undo what faded of creators decay does not reach, and let the others' memories fade; return how many changed."""
    restored = restore_unreached(now=timezone.now())
    try:
        start_decay(actor="beat", reason="nightly", now=timezone.now())
    except DecayNotAllowed:
        return restored
    return restored + _continue_decay()


@shared_task(name="memory.continue_decay")
def continue_decay_task(**_unknown: Any) -> int:
    """Go on with the open run, if there is one, for as long as a task may take."""
    return _continue_decay()


def _continue_decay() -> int:
    deadline = monotonic() + DECAY_SECONDS
    progress = continue_decay(clock=timezone.now, is_due=lambda: monotonic() < deadline)
    return progress.run.changed if progress else 0


@shared_task(name="memory.empty_expired_interactions")
def empty_expired_interactions_task(**_unknown: Any) -> int:
    """Empty the interactions no retention policy keeps any longer; return how many."""
    deadline = monotonic() + DECAY_SECONDS
    return empty_expired_interactions(clock=timezone.now, is_due=lambda: monotonic() < deadline).emptied


@shared_task(name="memory.process_forget_request")
def process_forget_request_task(*, request_id: int, **_unknown: Any) -> str:
    """Take the steps of one request to forget; return its state, empty when nothing was due."""
    return str(process_forget_request(request_id=request_id, now=timezone.now()) or "")


@shared_task(name="memory.process_forget_requests")
def process_forget_requests_task(**_unknown: Any) -> int:
    """Go on with the requests that are due; return how many were done with."""
    return process_due_requests(now=timezone.now())


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


@shared_task(name="memory.fit_returns", time_limit=3600, soft_time_limit=3500)
def fit_returns_task(**_unknown: Any) -> int:
    """Fit the model of returns when there are enough outcomes; return on how many."""
    try:
        return fit_return_model(now=timezone.now()).examples
    except PredictionRefused as refused:
        logger.info("returns_not_fitted", reason=str(refused))
        return 0
