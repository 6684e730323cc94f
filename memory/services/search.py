"""Search one creator's memory: embed the question where vectors are wanted and affordable, then retrieve."""

import structlog

from memory.clients.embeddings import EmbeddingFailed, get_space
from memory.queries.conversations import drop_speakers, find_speakers
from memory.queries.hits import Retrieval, SearchFilters
from memory.queries.providers import get_active_provider
from memory.queries.ranking_weights import RankingWeights
from memory.queries.retrieval import retrieve
from memory.services.question_vectors import get_question_vector
from memory.stores import QuestionVector
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from migration.queries.routes import Store

EVERYTHING = SearchFilters()
logger = structlog.get_logger(__name__)


def search_memory(
    *,
    creator_id: int,
    question: str,
    action: str,
    limit: int = 10,
    filters: SearchFilters = EVERYTHING,
    store: Store | None = None,
    ranking: RankingWeights | None = None,
) -> Retrieval:
    """Return what matches a question; see ``retrieve``. With ``HYBRID_SEARCH`` the question is embedded.

    ``action`` names the asking, so that its embedding is metered once. ``store`` None is the routed one.
    """
    vector = None
    if is_flag_on(Flag.HYBRID_SEARCH, scope=creator_id):
        vector = embed_question(creator_id=creator_id, question=question, action=action)
    return retrieve(
        creator_id=creator_id,
        question=question,
        vector=vector,
        limit=limit,
        filters=filters,
        store=store,
        ranking=ranking,
    )


def embed_question(*, creator_id: int, question: str, action: str = "") -> QuestionVector | None:
    """Return a question's vector by the provider that is searched, or None: words alone must then do."""
    try:
        space = get_space(get_active_provider())
    except EmbeddingFailed as failure:
        logger.warning("question_not_embedded", creator=creator_id, reason=str(failure))
        return None
    asked = drop_speakers(question, find_speakers(creator_id=creator_id, question=question))
    numbers = get_question_vector(asked, space=space, creator_id=creator_id, action=action)
    return None if numbers is None else QuestionVector(space=space, numbers=numbers)
