"""Creators' vectors kept in a process's memory while nothing changes: a scan then reads none of them again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.models import VectorSpace
from memory.stores.search import Target

MOST_BYTES = 48 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Generation:
    """How many vectors a creator has and the highest version among them: every change of them changes either."""

    count: int
    version: int


@dataclass(frozen=True, kw_only=True)
class CreatorVectors:
    """A creator's vectors of one space: targets, and a matrix of a row each. The generation is of all spaces."""

    generation: Generation
    targets: list[Target]
    matrix: NDArray[np.float32]

    @property
    def size(self) -> int:
        return self.matrix.nbytes + 100 * len(self.targets)


class VectorCache:
    """The creators asked for last, up to a number of bytes."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, CreatorVectors] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(
        self, *, creator_id: int, space: VectorSpace, current: Generation, load: Callable[[], CreatorVectors]
    ) -> CreatorVectors:
        """Return a creator's vectors: kept ones of the current generation, else what ``load`` reads.

        What is read is kept only if it is of the current generation too: a store that lags is read again.
        """
        key = (creator_id, space)
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found.generation == current:
                self._kept.move_to_end(key)
                return found
        found = load()
        if found.generation == current:
            self._keep(key, found)
        return found

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
            self._size = 0

    @property
    def size(self) -> int:
        """Return the bytes kept."""
        return self._size

    def _keep(self, key: Hashable, vectors: CreatorVectors) -> None:
        with self._lock:
            self._drop(key)
            if vectors.size > self._most_bytes:
                return
            self._kept[key] = vectors
            self._size += vectors.size
            while self._size > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        if old := self._kept.pop(key, None):
            self._size -= old.size
