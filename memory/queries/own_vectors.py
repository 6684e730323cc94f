"""Vectors of things people react to, of the configured model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from creators.models import CreatorSummary
from memory.enums import FeedbackTarget
from memory.models import ContentIndexEntry, get_table
from memory.queries.providers import get_discovery_space
from veri.platform.connections.reading import fetch_rows

Vector = NDArray[np.float32]
_OF_TARGET = "kind = %s AND target_id = %s AND model = %s AND model_version = %s"


def get_target_vector(*, kind: str, target_id: int) -> Vector | None:
    """Return the vector of a creator, content item, memory or interaction; None when there is none."""
    if kind == FeedbackTarget.CREATOR:
        return get_summary_vector(creator_id=target_id)
    space = get_discovery_space()
    model = {"model": space.model, "model_version": space.model_version}
    if kind == FeedbackTarget.CONTENT:
        entries = ContentIndexEntry.objects.filter(content_id=target_id, **model)
        return to_vector(entries.values_list("embedding", flat=True).first())
    sql = f"SELECT embedding::text FROM {get_table(space.provider)} WHERE {_OF_TARGET}"  # noqa: S608  names from code
    rows = fetch_rows(sql, [kind, target_id, space.model, space.model_version])
    return to_vector(orjson.loads(rows[0][0])) if rows else None


def get_summary_vector(*, creator_id: int) -> Vector | None:
    space = get_discovery_space()
    rows = CreatorSummary.objects.filter(pk=creator_id, model=space.model, model_version=space.model_version)
    return to_vector(rows.values_list("embedding", flat=True).first())


def to_vector(stored: Any | Sequence[float] | None) -> Vector | None:
    """Return numbers from pgvector's value or a list."""
    if stored is None:
        return None
    numbers = stored.to_list() if hasattr(stored, "to_list") else list(stored)
    return np.asarray(numbers, dtype=np.float32)
