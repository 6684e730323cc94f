"""The few weights of ranking that are learnt: today's constants, unless something better was promoted.

Every process keeps a copy and asks once a second what changed since, so that a promotion is seen within two seconds and
a question costs no query of its own.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import orjson

from memory.enums import WeightsState
from memory.queries.dialogue import BY_WORDS, BY_WORDS_AND_VECTORS
from memory.queries.scoring import DENSE_WEIGHT, K1, MEMORY_GAIN, SLOT_GAIN, B
from memory.stores import MemoryRecord
from veri.platform.connections.bridge import is_bridged
from veri.platform.connections.reading import fetch_rows

CACHE_SECONDS = 1.0
_CHANGED = """
SELECT revision, creator_id, id, state, gains::text FROM memory_retrievalweights
WHERE revision > %s ORDER BY revision"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankingWeights:
    """What ranking multiplies scores by. ``type_gains`` are by type of memory, 1 where none is given.

    ``version`` is the row they come from; 0 are the constants.
    """

    memory_gain: float = MEMORY_GAIN
    slot_gain: float = SLOT_GAIN
    dense_weight: float = DENSE_WEIGHT
    type_gains: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    version: int = 0

    def weigh(self, memory: MemoryRecord | None) -> float:
        """Return what a hit's score is multiplied by; a message's by nothing."""
        if memory is None:
            return 1.0
        return (self.slot_gain if memory.is_slot else 1.0) * self.type_gains.get(memory.type, 1.0)


CONSTANTS = RankingWeights()


@dataclass
class _Copy:
    """This process's copy: promoted weights by creator, None being everybody's; read up to ``revision``."""

    read_at: float | None = None
    revision: int = 0
    promoted: dict[int | None, RankingWeights] = field(default_factory=dict)


_copy = _Copy()


def get_ranking_weights(*, creator_id: int) -> RankingWeights:
    """Return the weights in force for a creator: his own, else everybody's, else the constants."""
    _refresh()
    return _copy.promoted.get(creator_id) or _copy.promoted.get(None, CONSTANTS)


def forget_ranking_weights() -> None:
    """Drop this process's copy, so that the next question reads everything anew."""
    _copy.read_at, _copy.revision = None, 0
    _copy.promoted.clear()


def build_weights(*, gains: Mapping[str, Any], version: int = 0) -> RankingWeights:
    """Return weights as a row stores them; what it lacks is the constant."""
    return RankingWeights(**{name: value for name, value in gains.items() if name in _STORED}, version=version)


def describe_weights(weights: RankingWeights) -> dict[str, Any]:
    """Return weights as a row stores them."""
    return {
        "memory_gain": weights.memory_gain,
        "slot_gain": weights.slot_gain,
        "dense_weight": weights.dense_weight,
        "type_gains": dict(weights.type_gains),
    }


def name_parameters(*, version: int) -> str:
    """Return a short name of everything retrieval ranks by: the constants of the code, and the learnt weights."""
    fixed = {"bm25": (K1, B), "words": asdict(BY_WORDS), "vectors": asdict(BY_WORDS_AND_VECTORS)}
    digest = blake2b(orjson.dumps([fixed, describe_weights(CONSTANTS)]), digest_size=4).hexdigest()
    return f"{digest}+{version}" if version else digest


_STORED = frozenset(describe_weights(CONSTANTS))


def _refresh() -> None:
    now = time.monotonic()
    if _copy.read_at is not None and now - _copy.read_at <= CACHE_SECONDS:
        return
    if _copy.read_at is not None and is_bridged():
        _copy.read_at = now  # on an event loop one request reads for all; a failure is made good a second later
    for revision, creator_id, pk, state, gains in fetch_rows(_CHANGED, [_copy.revision]):
        if state == WeightsState.PROMOTED:
            _copy.promoted[creator_id] = build_weights(gains=orjson.loads(gains), version=pk)
        elif _copy.promoted.get(creator_id, CONSTANTS).version == pk:
            del _copy.promoted[creator_id]
        _copy.revision = revision
    _copy.read_at = now
