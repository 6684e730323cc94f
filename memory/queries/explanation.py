"""Why a memory says what it says: from the memory to the raw interactions, and the values before and after, at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from creators.models import User
from memory.enums import MemoryState, SignalKind
from memory.models import Memory
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows

SHOWN_EVIDENCE = 20
MOST_EVIDENCE = 100
SHOWN_SIGNALS = 60
LONGEST_CHAIN = 10

# One statement: the memory, the latest of what it rests on with its signals, and its slot's values around it;
# of an observation, those before and after it.
_EXPLAIN = """
WITH asked AS (
  SELECT memory.* FROM memory_memory memory JOIN creators_creator owner ON owner.id = memory.creator_id
  WHERE memory.id = %(memory)s AND (%(sees_all)s OR owner.owner_id = %(user)s)
), rests AS (
  SELECT evidence.interaction_id, evidence.occurred_at, evidence.text AS own_words, said.platform, said.type,
    said.channel, said.author, said.text, coalesce(stub.cause, '') AS emptied
  FROM memory_memoryevidence evidence JOIN asked ON asked.id = evidence.memory_id
  JOIN creators_interaction said ON said.id = evidence.interaction_id
  LEFT JOIN creators_interactionstub stub ON stub.interaction_id = said.id
  ORDER BY evidence.occurred_at DESC, evidence.interaction_id DESC LIMIT %(most)s
), found AS (
  SELECT one.kind, one.value, one.number, one.unit, one.interaction_id, one.extractor
  FROM memory_signal one WHERE one.interaction_id IN (SELECT interaction_id FROM rests)
  ORDER BY one.kind, one.value, one.id LIMIT %(signals)s
), line AS (
  (SELECT other.* FROM memory_memory other, asked
   WHERE other.creator_id = asked.creator_id AND other.subject = asked.subject AND other.predicate = asked.predicate
     AND (asked.is_slot AND other.is_slot OR asked.predicate LIKE 'observation%%')
     AND (other.valid_from, other.id) < (asked.valid_from, asked.id)
   ORDER BY other.valid_from DESC, other.id DESC LIMIT %(chain)s)
  UNION ALL
  (SELECT other.* FROM memory_memory other, asked
   WHERE other.creator_id = asked.creator_id AND other.subject = asked.subject AND other.predicate = asked.predicate
     AND (asked.is_slot AND other.is_slot OR asked.predicate LIKE 'observation%%')
     AND (other.valid_from, other.id) > (asked.valid_from, asked.id)
   ORDER BY other.valid_from, other.id LIMIT %(chain)s)
)
SELECT {asked},
  (SELECT coalesce(jsonb_agg(to_jsonb(rests) ORDER BY occurred_at DESC, interaction_id DESC), '[]') FROM rests),
  (SELECT coalesce(jsonb_agg(to_jsonb(found)), '[]') FROM found),
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
     'id', line.id, 'value', line.value, 'text', line.text, 'state', line.state, 'valid_from', line.valid_from,
     'valid_to', line.valid_to, 'strength', line.strength) ORDER BY line.valid_from, line.id), '[]') FROM line)
FROM asked"""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """An interaction a memory rests on; ``own_words`` is what it said, where the memory has other words.

    ``emptied`` is why its text is gone: ``policy``, and empty while it is there.
    """

    interaction_id: int
    occurred_at: datetime
    platform: str
    type: str
    channel: str
    author: str
    text: str
    own_words: str
    emptied: str


@dataclass(frozen=True, kw_only=True)
class FoundSignal:
    """A signal of the evidence, and what found it."""

    kind: str
    value: str
    number: float | None
    unit: str
    interaction_id: int
    extractor: str

    def get_kind_display(self) -> str:
        return str(SignalKind(self.kind).label)


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """A value of the same slot, before or after."""

    pk: int
    value: str
    text: str
    state: str
    valid_from: datetime
    valid_to: datetime | None
    strength: int

    def get_state_display(self) -> str:
        return str(MemoryState(self.state).label)


@dataclass(frozen=True, kw_only=True)
class MemoryExplanation:
    """The latest evidence (``evidence_total`` counts all), its signals, and the slot's values in order."""

    memory: Memory
    evidence: list[Rest]
    evidence_total: int
    signals: list[FoundSignal]
    chain: list[ChainLink]


def explain_memory(*, memory_id: int, acting_user: User, most: int = SHOWN_EVIDENCE) -> MemoryExplanation:
    """Return a memory of a creator the user may see, in one query.

    At most ``most`` interactions (up to 100), their signals up to 60, and ten values of the slot before and after.

    Raises:
        Memory.DoesNotExist: unknown, or somebody else's.
    """
    values = {
        "memory": memory_id,
        "sees_all": acting_user.is_staff,
        "user": acting_user.pk,
        "most": min(most, MOST_EVIDENCE),
        "signals": SHOWN_SIGNALS,
        "chain": LONGEST_CHAIN,
    }
    rows = fetch_rows(_EXPLAIN.format(asked=list_columns(model=Memory, table="asked")), values)
    if not rows:
        raise Memory.DoesNotExist
    *columns, evidence, signals, chain = (*rows[0][:-3], *map(orjson.loads, rows[0][-3:]))
    memory = build_instance(model=Memory, row=columns)
    return MemoryExplanation(
        memory=memory,
        evidence=[Rest(**_read_instants(one, "occurred_at")) for one in evidence],
        evidence_total=memory.strength,
        signals=[FoundSignal(**one) for one in signals],
        chain=_join(memory, [_read_link(one) for one in chain]),
    )


def _join(memory: Memory, others: list[ChainLink]) -> list[ChainLink]:
    """Return the values around a memory with its own among them, oldest first."""
    own = ChainLink(
        pk=memory.pk,
        value=memory.value,
        text=memory.text,
        state=memory.state,
        valid_from=memory.valid_from,
        valid_to=memory.valid_to,
        strength=memory.strength,
    )
    return sorted([*others, own], key=lambda one: (one.valid_from, one.pk))


def _read_link(one: Mapping[str, Any]) -> ChainLink:
    read = _read_instants(one, "valid_from", "valid_to")
    return ChainLink(pk=read.pop("id"), **read)


def _read_instants(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return dict(row) | {name: datetime.fromisoformat(row[name]) if row[name] else None for name in names}
