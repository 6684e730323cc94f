"""Voyage AI's embeddings endpoint: POST /v1/embeddings, at most 128 texts a call."""

from collections.abc import Sequence

import httpx
import numpy as np

from memory.clients.embeddings import EmbeddingFailed, Vectors
from memory.models.index import DIMENSIONS

LARGEST_BATCH = 128
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
ATTEMPTS = 2


class VoyageEmbedder:
    """Voyage by HTTP, asked for 256 dimensions."""

    model_version = "1"

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self.model = model
        self._http = httpx.Client(
            base_url=base_url, timeout=TIMEOUT, headers={"Authorization": f"Bearer {api_key}"}
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        parts = [self._embed_batch(texts[start : start + LARGEST_BATCH]) for start in range(0, len(texts), LARGEST_BATCH)]
        return np.concatenate(parts)

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        body = {"input": list(texts), "model": self.model, "output_dimension": DIMENSIONS}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._http.post("/v1/embeddings", json=body)
            except httpx.HTTPError as error:
                if attempt == ATTEMPTS:
                    raise EmbeddingFailed(f"Voyage is away: {type(error).__name__}") from error
                continue
            if answer.status_code == httpx.codes.OK:
                return _read_vectors(answer)
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                break
        raise EmbeddingFailed(f"Voyage answered {answer.status_code}")


def _read_vectors(answer: httpx.Response) -> Vectors:
    try:
        rows = sorted(answer.json()["data"], key=lambda row: row["index"])
        return np.asarray([row["embedding"] for row in rows], dtype=np.float32)
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingFailed("Voyage's answer has an unknown shape") from error
