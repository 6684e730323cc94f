"""The few weights of ranking that are learnt: today's constants, unless something better was promoted.

Every process keeps a copy and asks once a second what changed since, so that a promotion is seen within two seconds and
a question costs no query of its own.
"""

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
from veri.platform.cache.brief import BriefCopy
from veri.platform.connections.reading import fetch_rows

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
class _Promoted:
    """Promoted weights by creator, None being everybody's; read up to ``revision``."""

    revision: int = 0
    by_creator: dict[int | None, RankingWeights] = field(default_factory=dict)


_promoted = _Promoted()


def get_ranking_weights(*, creator_id: int) -> RankingWeights:
    """Return the weights in force for a creator: his own, else everybody's, else the constants."""
    promoted = _copy.get().by_creator
    return promoted.get(creator_id) or promoted.get(None, CONSTANTS)


def forget_ranking_weights() -> None:
    """Drop this process's copy, so that the next question reads everything anew."""
    _copy.forget()
    _promoted.revision = 0
    _promoted.by_creator.clear()


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


def _read_changes() -> _Promoted:
    """Take in what changed since the last reading."""
    promoted = _promoted.by_creator
    for revision, creator_id, pk, state, gains in fetch_rows(_CHANGED, [_promoted.revision]):
        if state == WeightsState.PROMOTED:
            promoted[creator_id] = build_weights(gains=orjson.loads(gains), version=pk)
        elif promoted.get(creator_id, CONSTANTS).version == pk:
            del promoted[creator_id]
        _promoted.revision = revision
    return _promoted


_copy = BriefCopy(_read_changes)
