"""The time line of a slot: which value held when, decided by event time alone, whatever order things arrive in.

Every interaction that states the slot's value is an assertion. In order of event time, each run of equal values is one
memory that holds from its first assertion until the next run's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from creators.models import Creator, Interaction
from memory.extraction import Candidate
from memory.models import Memory, MemoryEvidence
from veri.platform.text import normalise

SlotKey: TypeAlias = tuple[str, str]
Pairs: TypeAlias = list[tuple[Interaction, Candidate]]


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """An interaction that states a value; ``memory`` is the one it supports so far."""

    occurred_at: datetime
    interaction_id: int
    value: str
    candidate: Candidate | None = None
    memory: Memory | None = None

    @property
    def order(self) -> tuple[datetime, int, str]:
        return self.occurred_at, self.interaction_id, self.value


@dataclass
class SlotPlan:
    """What a slot's time line must become: runs in order, each a memory or the candidate of a new one."""

    runs: list["Run"] = field(default_factory=list)
    emptied: list[Memory] = field(default_factory=list)


@dataclass
class Run:
    """Equal values in a row. ``memory`` is None until the run's memory is built."""

    assertions: list[Assertion]
    memory: Memory | None

    @property
    def valid_from(self) -> datetime:
        return self.assertions[0].occurred_at

    @property
    def candidate(self) -> Candidate | None:
        return next((one.candidate for one in self.assertions if one.candidate), None)

    @property
    def source(self) -> Memory | None:
        """Return a memory whose words a run without a candidate of its own takes over."""
        return next((one.memory for one in self.assertions if one.memory), None)


def plan_slot(*, creator: Creator, key: SlotKey, pairs: Pairs) -> SlotPlan:
    """Return the time line of a slot after new assertions; only its last run is read when all of them come after it.

    Without any new assertion the whole line is planned from what it rests on.
    """
    line = Memory.objects.filter(creator=creator, subject=key[0], predicate=key[1], is_slot=True)
    current = list(line.filter(valid_to=None))
    known = _read_assertions(current)
    fresh = _list_fresh(pairs)
    latest = max((one.order for one in known), default=None)
    if not (fresh and current and latest and all(one.order > latest for one in fresh)):
        known = _read_assertions(list(line))
    return _arrange([*known, *_drop_known(fresh, known)])


def _read_assertions(memories: list[Memory]) -> list[Assertion]:
    by_id = {one.pk: one for one in memories}
    rows = MemoryEvidence.objects.filter(memory__in=by_id).values_list("memory_id", "interaction_id", "occurred_at")
    return [
        Assertion(occurred_at=occurred_at, interaction_id=interaction_id, value=by_id[pk].value, memory=by_id[pk])
        for pk, interaction_id, occurred_at in rows
    ]


def _list_fresh(pairs: Pairs) -> list[Assertion]:
    return [
        Assertion(
            occurred_at=interaction.occurred_at,
            interaction_id=interaction.pk,
            value=candidate.value,
            candidate=candidate,
        )
        for interaction, candidate in pairs
    ]


def _drop_known(fresh: Iterable[Assertion], known: list[Assertion]) -> list[Assertion]:
    stated = {(one.interaction_id, normalise(one.value)) for one in known}
    return [one for one in fresh if (one.interaction_id, normalise(one.value)) not in stated]


def _arrange(assertions: list[Assertion]) -> SlotPlan:
    """Group assertions into runs; each memory goes to the first run it supports, and to no other."""
    ordered = sorted(assertions, key=lambda one: one.order)
    plan = SlotPlan()
    taken: set[int] = set()
    for _, group in groupby(ordered, key=lambda one: normalise(one.value)):
        run = Run(assertions=list(group), memory=None)
        supported = (one.memory for one in run.assertions if one.memory)
        run.memory = next((one for one in supported if one.pk not in taken), None)
        if run.memory:
            taken.add(run.memory.pk)
        plan.runs.append(run)
    every = {one.memory.pk: one.memory for one in assertions if one.memory}
    plan.emptied = [memory for pk, memory in every.items() if pk not in taken]
    return plan
