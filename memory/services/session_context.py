"""What somebody viewed and asked in the last day, in Redis: it may be lost, and then searches are a little less apt."""

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from memory.queries.providers import get_discovery_space

KEPT_SECONDS = 24 * 3_600
STEP = 0.3  # how far one view or question moves the context
SHARE = 0.1  # of the context in a question's vector
Vector = NDArray[np.float32]


def note_in_session(*, subject: str, vector: Vector | None) -> None:
    """Move the session of a subject (``user:1``, ``brand:2``) towards what it viewed or asked."""
    if vector is None:
        return
    held = read_session(subject=subject)
    moved = vector if held is None or held.shape != vector.shape else (1 - STEP) * held + STEP * vector
    cache.set(_build_key(subject), [round(float(number), 5) for number in moved], KEPT_SECONDS)


def read_session(*, subject: str) -> Vector | None:
    found = cache.get(_build_key(subject))
    return np.asarray(found, dtype=np.float32) if found else None


def blend_session(*, subject: str, vector: Vector | None) -> Vector | None:
    """Return a question's unit vector with a tenth of the session in it."""
    held = read_session(subject=subject) if vector is not None else None
    if vector is None or held is None or held.shape != vector.shape:
        return vector
    blended = (1 - SHARE) * vector + SHARE * held
    length = float(np.linalg.norm(blended))
    return (blended / length).astype(np.float32) if length else vector


def _build_key(subject: str) -> str:
    space = get_discovery_space()
    return f"session:{subject}:{space.model}:{space.model_version}".replace(" ", "_")
