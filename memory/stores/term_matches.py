"""Which documents posting lists name together, and which of them score best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from memory.enums import TargetKind
from memory.stores.postings import PostingList
from memory.stores.search import Target, TermMatch, TermScoring

_KINDS = (TargetKind.INTERACTION.value, TargetKind.MEMORY.value)  # by a key's last bit
DIGITS = 1e9  # scores are compared to nine digits


@dataclass(frozen=True, kw_only=True)
class _Documents:
    """Postings of several terms in order of documents; document ``n`` has those from ``starts[n]`` on."""

    terms: Sequence[str]
    keys: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    places: NDArray[np.int64]  # of a posting's term in ``terms``
    frequencies: NDArray[np.float64]
    lengths: NDArray[np.float64]

    def build_matches(self, chosen: NDArray[np.int64]) -> list[TermMatch]:
        starts, counts = self.starts[chosen], (self.ends - self.starts)[chosen]
        rows = np.arange(counts.sum()) + np.repeat(starts - np.cumsum(counts) + counts, counts)
        held = zip(self.places[rows].tolist(), self.frequencies[rows].astype(np.int64).tolist(), strict=True)
        lengths = self.lengths[starts].astype(np.int64).tolist()
        documents = zip(self.keys[chosen].tolist(), lengths, counts.tolist(), strict=True)
        return [
            TermMatch(
                Target(_KINDS[key & 1], key >> 1),
                {self.terms[place]: frequency for place, frequency in islice(held, count)},
                length,
            )
            for key, length, count in documents
        ]


def list_matches(*, lists: Mapping[str, PostingList]) -> list[TermMatch]:
    """Return every document any of the lists names."""
    found = _gather(lists)
    return found.build_matches(np.arange(len(found.keys))) if found else []


def choose_best(*, lists: Mapping[str, PostingList], scoring: TermScoring, limit: int) -> list[TermMatch]:
    """Return the ``limit`` documents that score best, as ``SearchStore.find_best_matches`` wants it."""
    found = _gather({term: lists[term] for term in scoring.weights if term in lists})
    if found is None:
        return []
    weights = np.array([scoring.weights[term] for term in found.terms])[found.places]
    norms = scoring.norm_base + scoring.norm_per_term * found.lengths
    scores = np.add.reduceat(weights * found.frequencies / (found.frequencies + norms), found.starts)
    is_memory = found.keys & 1
    scores = np.rint(scores * np.where(is_memory, scoring.memory_gain, 1.0) * DIGITS)
    wanted = np.flatnonzero([kind in scoring.kinds for kind in _KINDS])
    rows = np.flatnonzero(np.isin(is_memory, wanted))
    if len(rows) > limit:
        worst = np.partition(scores[rows], len(rows) - limit)[len(rows) - limit]
        rows = rows[scores[rows] >= worst]
    order = np.lexsort((found.keys[rows] >> 1, is_memory[rows], -scores[rows]))
    return found.build_matches(rows[order][:limit])


def _gather(lists: Mapping[str, PostingList]) -> _Documents | None:
    """Return the postings by document; each document's are in the order of the lists."""
    parts = [one for one in lists.values() if len(one.keys)]
    if not parts:
        return None
    keys = np.concatenate([one.keys for one in parts])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    bounds = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1], [True]]))
    starts = bounds[:-1]
    return _Documents(
        terms=[term for term, one in lists.items() if len(one.keys)],
        keys=keys[starts],
        starts=starts,
        ends=bounds[1:],
        places=np.repeat(np.arange(len(parts)), [len(one.keys) for one in parts])[order],
        frequencies=np.concatenate([one.frequencies for one in parts])[order],
        lengths=np.concatenate([one.lengths for one in parts])[order],
    )
