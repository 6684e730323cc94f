"""From outcomes to weights: log-odds of being of use, shrunk to what holds for everybody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log
from typing import NamedTuple

from memory.enums import MemoryType
from memory.queries.ranking_weights import CONSTANTS, RankingWeights

SHRINKAGE = 30.0  # outcomes that count as much as what holds for everybody
STEP = 0.25  # of the log-odds ratio: scores are no probabilities, and a wrong step is paid for by every question
FURTHEST = 1.5  # times or parts of what is shrunk to
BOUND = 2.0  # times or parts of the constants, however often it is learnt
LEAST = 20.0  # outcomes, below which nothing is proposed
SMOOTHING = 0.5
MESSAGE = "message"


class Outcome(NamedTuple):
    """One hit of an answered question: of use or not, and how much that says. ``type`` is '' for a message."""

    type: str
    is_slot: bool
    is_of_use: bool
    weight: float


@dataclass
class Tally:
    """Weights of outcomes by type and slot: of use, and not."""

    of_use: Counter[tuple[str, bool]] = field(default_factory=Counter)
    of_none: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        for one in outcomes:
            (self.of_use if one.is_of_use else self.of_none)[one.type, one.is_slot] += one.weight  # type: ignore[assignment]  # a Counter holds numbers of any kind

    @property
    def total(self) -> float:
        return float(sum(self.of_use.values()) + sum(self.of_none.values()))

    def describe(self) -> dict[str, list[float]]:
        """Return by type, what was of use and what was not."""
        names = sorted({name for name, _ in (*self.of_use, *self.of_none)})
        return {name or MESSAGE: [_sum(self.of_use, {name}), _sum(self.of_none, {name})] for name in names}


def estimate_weights(*, tally: Tally, base: RankingWeights) -> RankingWeights:
    """Return weights moved from ``base`` by what the tally says; ``base`` itself where it says too little.

    For each property the odds of being of use, of hits that have it against those that have not; its logarithm is
    shrunk by n / (n + 30), n being the harmonic size of both groups, and a quarter of it is applied.
    """
    if tally.total < LEAST:
        return base
    memories = {one.value for one in MemoryType}
    slots = {True}
    type_gains = {
        name: _move(base.type_gains.get(name, 1.0), 1.0, _shrink(tally, ({name}, _ANY), (memories - {name}, _ANY)))
        for name in sorted(memories)
    }
    return RankingWeights(
        memory_gain=_move(base.memory_gain, CONSTANTS.memory_gain, _shrink(tally, (memories, _ANY), ({""}, _ANY))),
        slot_gain=_move(base.slot_gain, CONSTANTS.slot_gain, _shrink(tally, (memories, slots), (memories, {False}))),
        dense_weight=base.dense_weight,
        type_gains={name: gain for name, gain in type_gains.items() if gain != 1.0},
    )


_ANY = frozenset({True, False})
_Group = tuple[set[str], Iterable[bool]]


def _shrink(tally: Tally, have: _Group, have_not: _Group) -> float:
    """Return the shrunk logarithm of the ratio of odds; 0 where either group is empty."""
    with_it = (_sum(tally.of_use, *have), _sum(tally.of_none, *have))
    without = (_sum(tally.of_use, *have_not), _sum(tally.of_none, *have_not))
    first, second = sum(with_it), sum(without)
    if not first or not second:
        return 0.0
    size = first * second / (first + second)
    ratio = log((with_it[0] + SMOOTHING) / (with_it[1] + SMOOTHING))
    ratio -= log((without[0] + SMOOTHING) / (without[1] + SMOOTHING))
    return ratio * size / (size + SHRINKAGE)


def _move(base: float, constant: float, ratio: float) -> float:
    factor = min(max(exp(STEP * ratio), 1 / FURTHEST), FURTHEST)
    return round(min(max(base * factor, constant / BOUND), constant * BOUND), 3)


def _sum(counts: Mapping[tuple[str, bool], float], names: set[str], slots: Iterable[bool] = _ANY) -> float:
    wanted = frozenset(slots)
    return round(sum(value for (name, is_slot), value in counts.items() if name in names and is_slot in wanted), 3)
