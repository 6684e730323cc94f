"""Voyage AI's embeddings endpoint: POST /v1/embeddings, at most 1,000 texts a call."""

from collections.abc import Sequence

import httpx
import numpy as np

from memory.clients.embeddings import Embedding, EmbeddingFailed
from memory.enums import EmbeddingProvider
from memory.models import DIMENSIONS

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
ATTEMPTS = 2


class VoyageEmbedder:
    """Voyage by HTTP, asked for 256 dimensions."""

    model_version = "1"
    service = "voyage"

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self.model = model
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT, headers={"Authorization": f"Bearer {api_key}"})

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Return the vectors of one call; overloads and failed connections, which cost nothing, are tried again."""
        body = {"input": list(texts), "model": self.model, "output_dimension": DIMENSIONS[EmbeddingProvider.VOYAGE]}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._http.post("/v1/embeddings", json=body)
            except httpx.HTTPError as error:
                was_sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
                if was_sent or attempt == ATTEMPTS:
                    raise EmbeddingFailed(f"Voyage is away: {type(error).__name__}", may_have_cost=was_sent) from error
                continue
            if answer.status_code == httpx.codes.OK:
                return _read(answer)
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                break
        raise EmbeddingFailed(f"Voyage answered {answer.status_code}")


def _read(answer: httpx.Response) -> Embedding:
    try:
        body = answer.json()
        rows = sorted(body["data"], key=lambda row: row["index"])
        vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
        return Embedding(vectors=vectors, tokens=int(body["usage"]["total_tokens"]))
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingFailed("Voyage's answer has an unknown shape", may_have_cost=True) from error
