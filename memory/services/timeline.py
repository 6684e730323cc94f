"""The time line of a slot: which value held when, decided by event time alone, whatever order things arrive in.

Every interaction that states the slot's value is an assertion. In order of event time, each run of equal values is one
memory that holds from its first assertion until the next run's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, TypeAlias

from creators.models import Creator, Interaction
from memory.extraction import Candidate
from memory.models import Memory, MemoryEvidence
from veri.platform.text import normalise

SlotKey: TypeAlias = tuple[str, str]
Pairs: TypeAlias = list[tuple[Interaction, Candidate]]
# Values people decided for, where a slot had several at one instant: the kept one comes last.
Preferences: TypeAlias = Mapping[tuple[datetime, str], int]
NO_PREFERENCES: Preferences = {}


class Words(NamedTuple):
    """A value and the sentence that tells it, as one interaction gives them."""

    value: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """An interaction that states a value; ``memory`` is the one it supports so far."""

    occurred_at: datetime
    interaction_id: int
    words: Words
    rank: int = 0
    candidate: Candidate | None = None
    memory: Memory | None = None

    @property
    def value(self) -> str:
        return self.words.value

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        return self.occurred_at, self.rank, self.interaction_id, self.value


@dataclass
class Plan:
    """What memories must become: runs in order, each a memory or the candidate of a new one."""

    runs: list["Run"] = field(default_factory=list)
    emptied: list[Memory] = field(default_factory=list)


@dataclass
class Run:
    """Assertions of one memory, in order. ``memory`` is None until the run's memory is built."""

    assertions: list[Assertion]
    memory: Memory | None

    @property
    def valid_from(self) -> datetime:
        return self.assertions[0].occurred_at

    @property
    def words(self) -> Words:
        """Return the words of the earliest assertion, so that they do not depend on what arrived first."""
        return self.assertions[0].words

    @property
    def candidate(self) -> Candidate | None:
        return next((one.candidate for one in self.assertions if one.candidate), None)

    @property
    def source(self) -> Memory | None:
        """Return a memory whose type and keywords a run without a candidate of its own takes over."""
        return next((one.memory for one in self.assertions if one.memory), None)


def plan_slot(*, creator: Creator, key: SlotKey, pairs: Pairs, preferences: Preferences = NO_PREFERENCES) -> Plan:
    """Return the time line of a slot after new assertions; only its last run is read when all of them come after it.

    Without any new assertion the whole line is planned from what it rests on.
    """
    line = Memory.objects.filter(creator=creator, subject=key[0], predicate=key[1], is_slot=True)
    current = list(line.filter(valid_to=None))
    known = read_assertions(current, preferences)
    fresh = list_fresh(pairs, preferences)
    latest = max((one.order for one in known), default=None)
    if not (fresh and current and latest and all(one.order > latest for one in fresh)):
        known = read_assertions(list(line), preferences)
    ordered = sorted([*known, *drop_known(fresh, known)], key=lambda one: one.order)
    return arrange([list(group) for _, group in groupby(ordered, key=lambda one: normalise(one.value))])


def read_assertions(memories: list[Memory], preferences: Preferences = NO_PREFERENCES) -> list[Assertion]:
    """Return what memories rest on; evidence without words of its own has its memory's."""
    by_id = {one.pk: one for one in memories}
    rows = MemoryEvidence.objects.filter(memory__in=by_id).values_list(
        "memory_id", "interaction_id", "occurred_at", "value", "text"
    )
    found = []
    for pk, interaction_id, occurred_at, value, text in rows:
        memory = by_id[pk]
        words = Words(value, text) if text else Words(memory.value, memory.text)
        found.append(
            Assertion(
                occurred_at=occurred_at,
                interaction_id=interaction_id,
                words=words,
                rank=_get_rank(preferences, occurred_at, words.value),
                memory=memory,
            )
        )
    return found


def list_fresh(pairs: Pairs, preferences: Preferences = NO_PREFERENCES) -> list[Assertion]:
    return [
        Assertion(
            occurred_at=interaction.occurred_at,
            interaction_id=interaction.pk,
            words=Words(candidate.value, candidate.text),
            rank=_get_rank(preferences, interaction.occurred_at, candidate.value),
            candidate=candidate,
        )
        for interaction, candidate in pairs
    ]


def drop_known(fresh: Iterable[Assertion], known: list[Assertion]) -> list[Assertion]:
    stated = {(one.interaction_id, normalise(one.value)) for one in known}
    return [one for one in fresh if (one.interaction_id, normalise(one.value)) not in stated]


def arrange(groups: Iterable[list[Assertion]]) -> Plan:
    """Return the plan of ordered groups; each memory goes to the first run it supports, and to no other."""
    plan = Plan()
    taken: set[int] = set()
    every: dict[int, Memory] = {}
    for assertions in groups:
        supported = [one.memory for one in assertions if one.memory]
        every |= {one.pk: one for one in supported}
        memory = next((one for one in supported if one.pk not in taken), None)
        if memory:
            taken.add(memory.pk)
        plan.runs.append(Run(assertions=assertions, memory=memory))
    plan.emptied = [memory for pk, memory in every.items() if pk not in taken]
    return plan


def _get_rank(preferences: Preferences, at: datetime, value: str) -> int:
    return preferences.get((at, normalise(value)), 0) if preferences else 0
