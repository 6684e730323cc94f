"""Which statements in interactions hold no longer: the application's own knowledge, whichever store gives the hits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from memory.enums import MemoryState
from memory.extraction.amounts import list_amounts, parse_amount
from veri.platform.connections.reading import fetch_rows
from veri.platform.text import normalise

# OFFSET 0 keeps the planner from reading all of a creator's memories instead of those few by their keys.
_RESTS = """
SELECT evidence.interaction_id, memory.state, memory.value
FROM memory_memoryevidence evidence CROSS JOIN LATERAL (
  SELECT state, value FROM memory_memory WHERE id = evidence.memory_id AND creator_id = %s AND is_slot OFFSET 0
) memory
WHERE evidence.interaction_id = ANY(%s)"""


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """``whole``: interactions every slot value of which is superseded; ``values``: superseded values by interaction."""

    whole: frozenset[int] = frozenset()
    values: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def list_values(self, interaction_ids: Iterable[int]) -> frozenset[str]:
        return frozenset(value for pk in interaction_ids for value in self.values.get(pk, ()))


def find_outdated(*, creator_id: int, interaction_ids: Iterable[int]) -> Outdated:
    """Return what holds no longer of one creator's interactions, in one query that all evidence answers."""
    rests = fetch_rows(_RESTS, [creator_id, list(interaction_ids)])
    gone: dict[int, set[str]] = {}
    holding: dict[int, set[str]] = {}
    for pk, state, value in rests:
        (gone if state == MemoryState.SUPERSEDED else holding).setdefault(pk, set()).add(value)
    return Outdated(
        whole=frozenset(gone.keys() - holding.keys()),
        values={pk: frozenset(values - holding.get(pk, set())) for pk, values in gone.items()},
    )


def restates(text: str, values: Iterable[str]) -> bool:
    """Return whether a text says any of the values; an amount in whatever writing."""
    plain, amounts = normalise(text), frozenset(list_amounts(text))
    return any(value in amounts if parse_amount(value) else normalise(value) in plain for value in values)
