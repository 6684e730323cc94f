"""Search one creator's memory: embed the question where vectors are wanted and affordable, then retrieve."""

import numpy as np
from numpy.typing import NDArray

from memory.queries.conversations import drop_speakers, find_speakers
from memory.queries.ranking_weights import RankingWeights
from memory.queries.retrieval import Retrieval, SearchFilters, retrieve
from memory.services.question_vectors import get_question_vector
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from migration.queries.routes import Store

EVERYTHING = SearchFilters()


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
    vector = _embed(creator_id, question, action) if is_flag_on(Flag.HYBRID_SEARCH, scope=creator_id) else None
    return retrieve(
        creator_id=creator_id,
        question=question,
        vector=vector,
        limit=limit,
        filters=filters,
        store=store,
        ranking=ranking,
    )


def _embed(creator_id: int, question: str, action: str) -> NDArray[np.float32] | None:
    """Return the question's vector, or None: words alone must then do."""
    asked = drop_speakers(question, find_speakers(creator_id=creator_id, question=question))
    return get_question_vector(asked, creator_id=creator_id, action=action)
