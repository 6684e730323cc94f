"""Vectors of questions, shared for an hour: the same question is embedded once, whoever asks."""

from hashlib import blake2b
from uuid import uuid4

import numpy as np
import structlog
from numpy.typing import NDArray

from memory.clients.embeddings import EmbeddingFailed
from memory.models import VectorSpace
from memory.services.embedding import embed_metered
from veri.platform.cache.aside import get_or_compute

KEPT_SECONDS = 3_600
logger = structlog.get_logger(__name__)


def get_question_vector(
    text: str, *, space: VectorSpace, creator_id: int | None = None, action: str = ""
) -> NDArray[np.float32] | None:
    """Return a text's unit vector of a space in the precision of stored ones, or None: words must do.

    A vector says nothing of who asked; the cache's key is a hash of the text, and only what was made is metered.
    """
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    key = f"question_vector:{space.model}:{space.model_version}:{digest}".replace(" ", "_")

    def compute() -> list[float]:
        called = f"question:{action or uuid4().hex}"
        vectors = embed_metered([text], provider=space.provider, creator_id=creator_id, action=called)
        return [float(number) for number in vectors[0].astype(np.float16)]

    try:
        found = get_or_compute(key=key, ttl=KEPT_SECONDS, compute=compute)
    except EmbeddingFailed as failure:
        logger.warning("question_not_embedded", creator=creator_id, reason=str(failure))
        return None
    vector: NDArray[np.float32] = np.asarray(found, dtype=np.float32)
    return vector if np.any(vector) else None
