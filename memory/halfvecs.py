"""pgvector's binary form of a halfvec: dimensions and a reserved word of 16 bits each, then big-endian half floats."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HEADER_BYTES = 4


def read_halfvecs(stored: Sequence[bytes]) -> NDArray[np.float64]:
    """Return the numbers of halfvecs of one dimension, a row each."""
    return _read_halves(stored).astype(np.float64)


def read_halfvecs_briefly(stored: Sequence[bytes]) -> NDArray[np.float32]:
    """Return the same numbers in single precision, which holds them exactly and is half as large."""
    return _read_halves(stored).astype(np.float32)


def _read_halves(stored: Sequence[bytes]) -> NDArray[np.float16]:
    if not stored:
        return np.zeros((0, 0), dtype=np.float16)
    rows = np.frombuffer(b"".join(stored), dtype=np.uint8).reshape(len(stored), -1)
    return np.ascontiguousarray(rows[:, HEADER_BYTES:]).view(">f2")
