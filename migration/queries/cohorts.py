"""Cohorts: 256 stable groups of creators, dealt independently for every flag."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Self

COHORTS = 256
ALL_PERCENT = 100


@lru_cache(maxsize=65_536)
def find_cohort(*, salt: str, scope: int) -> int:
    """Return a creator's cohort, 0 to 255, for a flag; the same for ever and in every process."""
    return blake2b(f"{salt}:{scope}".encode(), digest_size=1).digest()[0]


@dataclass(frozen=True, slots=True)
class Share:
    """Which creators something reaches: a percentage of the cohorts, who always, who never."""

    percent: int
    allowed: frozenset[int]
    denied: frozenset[int]

    @classmethod
    def of(cls, percent: int, allowed: Iterable[int], denied: Iterable[int]) -> Self:
        return cls(percent, frozenset(allowed), frozenset(denied))

    def reaches(self, *, salt: str, scope: int) -> bool:
        """Return whether a creator is reached; a higher percentage reaches everybody a lower one did."""
        if scope in self.denied:
            return False
        if self.percent >= ALL_PERCENT or scope in self.allowed:
            return True
        return find_cohort(salt=salt, scope=scope) * ALL_PERCENT < self.percent * COHORTS


EVERYBODY = Share.of(ALL_PERCENT, (), ())
