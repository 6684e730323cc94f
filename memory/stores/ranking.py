"""Similarities, computed once for all stores: in double precision and rounded, so that they give the same numbers."""

from collections.abc import Sequence
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from memory.stores.search import Neighbour, Neighbourhood, Target

DIGITS = 12
Numbers = NDArray[np.float64]


def gather_neighbours(
    *,
    targets: Sequence[Target],
    matrix: Numbers,
    asked: NDArray[np.float32],
    limit: int,
    sample: Numbers | None = None,
) -> Neighbourhood:
    """Return the nearest of the vectors in a matrix's rows by cosine, equal ones by target.

    Mean and spread are of the vectors in ``sample``, or of all.
    """
    if not targets:
        return Neighbourhood()
    similarities = measure_similarities(matrix, asked)
    measured = similarities if sample is None or not len(sample) else measure_similarities(sample, asked)
    keyed = zip((-similarities).tolist(), targets, strict=True)
    return Neighbourhood(
        nearest=[Neighbour(target=target, similarity=-key) for key, target in nsmallest(limit, keyed)],
        middle=float(measured.mean()),
        spread=float(measured.std()),
    )


def measure_similarities(matrix: Numbers, asked: NDArray[np.float32]) -> Numbers:
    """Return the cosines of a matrix's rows and a vector; of one without direction 0."""
    wanted = asked.astype(np.float64)
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(wanted)
    found: Numbers = np.round(matrix @ wanted / np.where(lengths > 0, lengths, 1), DIGITS)
    return found
