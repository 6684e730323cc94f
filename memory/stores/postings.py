"""Posting lists: which of a creator's documents hold a term, kept in a process's memory while nothing changes."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memory.enums import TargetKind

MOST_BYTES = 48 * 1024 * 1024
# How a list leaves PostgreSQL: arrays in the server's binary form, since rows cost more to make and to read.
SELECT_LISTS = f"""
SELECT term, count(*) AS documents,
       array_send(array_agg(target_id * 2 + (kind = '{TargetKind.MEMORY.value}')::int)) AS keys,
       array_send(array_agg(frequency)) AS frequencies, array_send(array_agg(length)) AS lengths
FROM memory_posting WHERE creator_id = %(creator)s AND term = ANY(%(terms)s) GROUP BY term"""  # noqa: S608  a name from code
_HEADER_BYTES = 20  # dimensions, flags, type, length and lower bound, four bytes each
_SIZES = {"keys": 8, "frequencies": 2, "lengths": 4}


@dataclass(frozen=True, kw_only=True)
class PostingList:
    """The documents that hold one term, in order of ``keys``: twice the target's id, and one more for a memory."""

    keys: NDArray[np.int64]
    frequencies: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @property
    def size(self) -> int:
        return self.keys.nbytes + self.frequencies.nbytes + self.lengths.nbytes + 500


def read_posting_list(*, keys: bytes, frequencies: bytes, lengths: bytes) -> PostingList:
    """Return a list from the columns of ``SELECT_LISTS``."""
    found = _read_array(keys, _SIZES["keys"])
    order = np.argsort(found, kind="stable")
    return PostingList(
        keys=found[order],
        frequencies=_read_array(frequencies, _SIZES["frequencies"])[order].astype(np.float64),
        lengths=_read_array(lengths, _SIZES["lengths"])[order].astype(np.float64),
    )


def _read_array(stored: bytes, size: int) -> NDArray[np.int64]:
    """Return the numbers of a one-dimensional array of integers without NULLs, each behind its four bytes of length."""
    element = np.dtype([("length", ">i4"), ("value", f">i{size}")])
    return np.frombuffer(stored, dtype=element, offset=_HEADER_BYTES)["value"].astype(np.int64)


@dataclass(kw_only=True)
class _CreatorLists:
    generation: int
    lists: dict[str, PostingList] = field(default_factory=dict)
    size: int = 0


class PostingCache:
    """The lists of the creators asked for last, up to a number of bytes; each creator's are of one generation."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, _CreatorLists] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    def get(self, *, creator_id: int) -> tuple[int, Mapping[str, PostingList]]:
        """Return the generation and the lists that are kept of a creator; generation 0 when none are."""
        with self._lock:
            kept = self._kept.get(creator_id)
            if kept is None:
                return 0, {}
            self._kept.move_to_end(creator_id)
            return kept.generation, dict(kept.lists)

    def keep(self, *, creator_id: int, generation: int, lists: Mapping[str, PostingList]) -> None:
        """Keep more lists of a creator; those of an earlier generation go, and what is of one is not kept."""
        with self._lock:
            kept = self._kept.get(creator_id)
            if kept is not None and kept.generation > generation:
                return
            if kept is None or kept.generation < generation:
                self._drop(creator_id)
                kept = self._kept[creator_id] = _CreatorLists(generation=generation)
            for term, one in lists.items():
                if term not in kept.lists:
                    kept.lists[term] = one
                    kept.size += one.size
                    self.size += one.size
            while self.size > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
            self.size = 0

    def _drop(self, creator_id: int) -> None:
        if old := self._kept.pop(creator_id, None):
            self.size -= old.size
