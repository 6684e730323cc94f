"""wordllama: static token embeddings, weights in the wheel, no network."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from memory.clients.embeddings import Embedding, Vectors

LONGEST_TEXT = 2_000  # characters; cost grows with length, meaning does not


class WordllamaEmbedder:
    """The default model; loading takes 0.7 s and 100 MB, once per process that embeds."""

    model = "wordllama-l2-supercat-256"
    model_version = version("wordllama")

    service = ""

    def embed(self, texts: Sequence[str]) -> Embedding:
        # An empty text with norm=True would give NaN; the caller normalises.
        vectors: Vectors = _load().embed([text[:LONGEST_TEXT] for text in texts], norm=False)
        return Embedding(vectors=vectors)


@cache
def _load() -> Any:
    import wordllama  # half a second, only where something is embedded

    folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
