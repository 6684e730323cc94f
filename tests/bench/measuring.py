"""Timing: interleaved runs, medians, and figures that stand beside the real thing measured in the same run."""

import operator
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value beside its reference; without a target it is information only."""

    name: str
    value: float
    unit: str
    reference_name: str = ""
    reference: float | None = None
    target: str = ""
    is_met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None


@dataclass(frozen=True)
class Bound:
    """A limit on a figure: ``at_least`` or ``at_most``."""

    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        compare = operator.ge if self.sign == "≥" else operator.le
        return bool(compare(value, self.limit))

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"


def at_least(limit: float) -> Bound:
    return Bound("≥", limit)


def at_most(limit: float) -> Bound:
    return Bound("≤", limit)


def compare(
    *, name: str, value: float, unit: str, reference_name: str, reference: float, ratio: Bound | None = None
) -> Figure:
    """Return a figure whose target, if any, is on its ratio to the reference."""
    return Figure(
        name=name,
        value=value,
        unit=unit,
        reference_name=reference_name,
        reference=reference,
        target=f"ratio {ratio}" if ratio else "",
        is_met=ratio.holds(value / reference) if ratio else None,
    )


def judge(*, name: str, value: float, unit: str, bound: Bound, note: str = "") -> Figure:
    """Return a figure whose target is on the value itself."""
    return Figure(name=name, value=value, unit=unit, target=f"{bound} {unit}", is_met=bound.holds(value), note=note)


def time_call(call: Callable[[], object]) -> float:
    """Return the seconds a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def interleave(*, rounds: int, runs: Sequence[Callable[[], float]]) -> list[float]:
    """Return each run's median. Every round does all runs, every other one backwards: what drifts, drifts for all."""
    taken: list[list[float]] = [[] for _ in runs]
    for number in range(rounds):
        order = range(len(runs)) if number % 2 == 0 else reversed(range(len(runs)))
        for index in order:
            taken[index].append(runs[index]())
    return [median(one) for one in taken]


def get_percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
