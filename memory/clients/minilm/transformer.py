"""The forward pass of a small BERT in numpy: six layers need no framework of a gigabyte.

Architecture: Devlin et al. 2019 (https://arxiv.org/abs/1810.04805), with the names of Hugging Face's BertModel.
Texts of one length are computed together, so nothing is padded and nothing masked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]
HEADS = 12
NORM_EPSILON = 1e-12
MOST_TOKENS = 1024  # computed at once: bounds memory, and more gains nothing


@dataclass(frozen=True, kw_only=True)
class _Dense:
    weight: Numbers
    bias: Numbers

    def __call__(self, values: Numbers) -> Numbers:
        return values @ self.weight.T + self.bias


@dataclass(frozen=True, kw_only=True)
class _Norm:
    weight: Numbers
    bias: Numbers

    def __call__(self, values: Numbers) -> Numbers:
        centred = values - values.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.mean(centred * centred, axis=1, keepdims=True) + NORM_EPSILON)
        normal: Numbers = centred / spread * self.weight + self.bias
        return normal


@dataclass(frozen=True, kw_only=True)
class _Layer:
    attention: _Dense  # query, key and value at once
    attended: _Dense
    attended_norm: _Norm
    widened: _Dense
    narrowed: _Dense
    narrowed_norm: _Norm


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Texts of one length, one after another in the rows of a batch."""

    start: int
    count: int
    length: int

    @property
    def rows(self) -> slice:
        return slice(self.start, self.start + self.count * self.length)


class Transformer:
    """Weights arranged for the forward pass.

    Raises:
        KeyError, ValueError: a weight is missing, or has another shape than its neighbours need.
    """

    def __init__(self, weights: Mapping[str, Numbers]) -> None:
        self._words = weights["embeddings.word_embeddings.weight"]
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._norm = _read_norm(weights, "embeddings.LayerNorm")
        count = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
        self._layers = [_read_layer(weights, f"encoder.layer.{number}") for number in range(count)]
        self.dimensions = int(self._words.shape[1])
        self.longest = int(self._positions.shape[0])

    def encode(self, texts: Sequence[Sequence[int]]) -> Numbers:
        """Return the mean of each text's token vectors, shape ``(len(texts), dimensions)``; no text may be empty."""
        pooled = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for batch in _iterate_batches(texts):
            pooled[batch] = self._encode_batch([texts[index] for index in batch])
        return pooled

    def _encode_batch(self, texts: Sequence[Sequence[int]]) -> Numbers:
        runs = _list_runs([len(one) for one in texts])
        ids = np.concatenate([np.asarray(one, dtype=np.int64) for one in texts])
        places = np.concatenate([np.arange(len(one)) for one in texts])
        values = self._norm(self._words[ids] + self._positions[places])
        for layer in self._layers:
            values = layer.attended_norm(values + layer.attended(_attend(layer.attention(values), runs)))
            values = layer.narrowed_norm(values + layer.narrowed(_gelu(layer.widened(values))))
        means = [values[run.rows].reshape(run.count, run.length, -1).mean(axis=1) for run in runs]
        pooled: Numbers = np.concatenate(means)
        return pooled


def _attend(projected: Numbers, runs: Sequence[_Run]) -> Numbers:
    """Return softmax(QK'/sqrt(d))V of each text; ``projected`` holds query, key and value beside each other."""
    width = projected.shape[1] // 3
    size = width // HEADS
    mixed = np.empty((projected.shape[0], width), dtype=np.float32)
    for run in runs:
        parts = projected[run.rows].reshape(run.count, run.length, 3, HEADS, size).transpose(2, 0, 3, 1, 4)
        scores = parts[0] @ parts[1].swapaxes(2, 3) * np.float32(size**-0.5)
        scores = np.exp(scores - scores.max(axis=3, keepdims=True))
        shares = scores / scores.sum(axis=3, keepdims=True)
        mixed[run.rows] = (shares @ parts[2]).transpose(0, 2, 1, 3).reshape(-1, width)
    return mixed


def _gelu(values: Numbers) -> Numbers:
    """Return x times the normal distribution's share below x.

    The error function is Abramowitz and Stegun's 7.1.26, exact to 1.5e-7: numpy has none.
    """
    size = np.abs(values) * np.float32(0.5**0.5)
    step = 1 / (1 + np.float32(0.3275911) * size)
    series = np.float32(1.061405429) * step - np.float32(1.453152027)
    for factor in (1.421413741, -0.284496736, 0.254829592):
        series = series * step + np.float32(factor)
    tail = series * step * np.exp(-size * size) * np.float32(0.5)  # half of erfc(size)
    found: Numbers = values * np.where(values > 0, 1 - tail, tail)
    return found


def _iterate_batches(texts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield indexes of texts, shortest first, so that batches hold runs of one length."""
    batch: list[int] = []
    tokens = 0
    for index in sorted(range(len(texts)), key=lambda one: len(texts[one])):
        if batch and tokens + len(texts[index]) > MOST_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(index)
        tokens += len(texts[index])
    if batch:
        yield batch


def _list_runs(lengths: Sequence[int]) -> list[_Run]:
    runs, start = [], 0
    for length, group in groupby(lengths):
        count = sum(1 for _ in group)
        runs.append(_Run(start=start, count=count, length=length))
        start += count * length
    return runs


def _read_layer(weights: Mapping[str, Numbers], name: str) -> _Layer:
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    return _Layer(
        attention=_Dense(
            weight=np.concatenate([weights[f"{one}.weight"] for one in parts]),
            bias=np.concatenate([weights[f"{one}.bias"] for one in parts]),
        ),
        attended=_read_dense(weights, f"{name}.attention.output.dense"),
        attended_norm=_read_norm(weights, f"{name}.attention.output.LayerNorm"),
        widened=_read_dense(weights, f"{name}.intermediate.dense"),
        narrowed=_read_dense(weights, f"{name}.output.dense"),
        narrowed_norm=_read_norm(weights, f"{name}.output.LayerNorm"),
    )


def _read_dense(weights: Mapping[str, Numbers], name: str) -> _Dense:
    return _Dense(weight=weights[f"{name}.weight"], bias=weights[f"{name}.bias"])


def _read_norm(weights: Mapping[str, Numbers], name: str) -> _Norm:
    return _Norm(weight=weights[f"{name}.weight"], bias=weights[f"{name}.bias"])
