"""Statements in free wording: what says the same as an earlier one is more proof of it, and leaves its words alone.

Deterministic whatever arrives first: in order of event time each statement joins the first one it is alike, or stands
for itself. Late arrivals let the whole group be arranged anew.
"""

from collections import defaultdict
from typing import TypeAlias

from creators.models import Creator
from memory.extraction.wording import Wording, read_wording
from memory.models import Memory
from memory.services.timeline import Assertion, Pairs, Plan, Run, arrange, drop_known, list_fresh, read_assertions
from veri.platform.text import normalise

GroupKey: TypeAlias = tuple[str, str, str]


def plan_group(*, creator: Creator, key: GroupKey, pairs: Pairs) -> Plan:
    """Return the memories of one type, subject and predicate after new assertions; each is a group of like ones.

    Without any new assertion the group is arranged from what it rests on.
    """
    kind, subject, predicate = key
    stored = Memory.objects.filter(creator=creator, type=kind, subject=subject, predicate=predicate, is_slot=False)
    known = read_assertions(list(stored))
    plan = arrange(_gather(sorted([*known, *drop_known(list_fresh(pairs), known)], key=lambda one: one.order)))
    if not pairs:
        return plan
    touched = {interaction.pk for interaction, _ in pairs}
    moved = {one.memory.pk for run in plan.runs for one in _list_moved(run) if one.memory}
    plan.runs = [
        run
        for run in plan.runs
        if _list_moved(run)
        or (run.memory and run.memory.pk in moved)
        or any(one.interaction_id in touched for one in run.assertions)
    ]
    return plan


def _list_moved(run: Run) -> list[Assertion]:
    """Return the assertions that come from elsewhere than the run's own memory."""
    return [one for one in run.assertions if one.memory is not run.memory]


def _gather(ordered: list[Assertion]) -> list[list[Assertion]]:
    """Group assertions in order of event time under the first statement they are alike; one per interaction."""
    groups: list[list[Assertion]] = []
    place: dict[str, int] = {}
    leaders: dict[tuple[object, ...], list[tuple[Wording, int]]] = defaultdict(list)
    for one in ordered:
        plain = normalise(one.value)
        if plain not in place:
            place[plain] = _find_place(read_wording(one.value), leaders, len(groups))
        if place[plain] == len(groups):
            groups.append([])
        group = groups[place[plain]]
        if not group or group[-1].interaction_id != one.interaction_id:
            group.append(one)
        elif one.memory:  # evidence that is stored stays
            group[-1] = one
    return groups


def _find_place(wording: Wording, leaders: dict[tuple[object, ...], list[tuple[Wording, int]]], following: int) -> int:
    """Return the group of the first statement that says the same, or a new one's place."""
    alike = leaders[wording.numbers, wording.names, wording.is_negated]
    found = next((place for leader, place in alike if leader.says_the_same(wording)), None)
    if found is None:
        alike.append((wording, following))
        return following
    return found
